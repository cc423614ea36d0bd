"""The table of months' documents, for dashboards that ask in SQL."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "analytics_0007"
down_revision: Final = "analytics_0006"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "scope_month",
        sa.Column("scope", sa.String(80), primary_key=True),
        sa.Column("month", sa.Date, primary_key=True),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("index_days", sa.Text, nullable=False),
        sa.Column("known", sa.String(80), nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("stale", sa.Boolean, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
    )
