"""Faults that rules found."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "analytics_0005"
down_revision: Final = "analytics_0004"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "fault",
        sa.Column("rule", sa.String(40), primary_key=True),
        sa.Column("subject", sa.String(63), primary_key=True),
        sa.Column("began_at", sa.BigInteger, primary_key=True),
        sa.Column("consequence", sa.String(20), nullable=False),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("cleared_at", sa.BigInteger, nullable=True),
        sa.Column("proven_at", sa.BigInteger, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
    )
