"""Faults, when devices were last heard, and how well panels charge."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "analytics_0005"
down_revision: Final = "analytics_0004"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "fault",
        sa.Column("rule", sa.String(40), primary_key=True),
        sa.Column("subject", sa.String(63), primary_key=True),
        sa.Column("began_at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("consequence", sa.String(20), nullable=False),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("cleared_at", sa.BigInteger, nullable=True),
        sa.Column("proven_at", sa.BigInteger, nullable=False),
        sa.Column("late", sa.Boolean, nullable=False),
        sa.Column("evidence", sa.JSON, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False, server_default="0"),
    )
    op.create_index("fault_by_change", "fault", ["changed_at"])
    op.create_index("fault_by_end", "fault", ["cleared_at"])
    op.create_table(
        "heard",
        sa.Column("device", sa.String(63), primary_key=True),
        sa.Column("measured_at", sa.BigInteger, nullable=False),
        sa.Column("heard_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "charge_day",
        sa.Column("device", sa.String(63), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("permille", sa.Integer, nullable=False),
    )
