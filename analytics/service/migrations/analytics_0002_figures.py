"""The table of zones' figures, for dashboards that ask in SQL."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "analytics_0002"
down_revision: Final = "analytics_0001"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "zone_figure",
        sa.Column("zone", sa.String(63), primary_key=True),
        sa.Column("figure", sa.String(40), primary_key=True),
        sa.Column("device_class", sa.String(40), primary_key=True),
        sa.Column("value", sa.String(40), nullable=True),
        sa.Column("number", sa.Numeric(38, 9), nullable=True),
        sa.Column("unit", sa.String(20), nullable=False),
        sa.Column("coverage_percent", sa.Numeric(4, 1), nullable=True),
        sa.Column("provenance", sa.String(10), nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
    )
