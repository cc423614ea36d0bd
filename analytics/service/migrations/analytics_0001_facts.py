"""The tables of analytics: device-days, submissions, progress."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "analytics_0001"
down_revision: Final = None
branch_labels: Final = ("analytics",)
depends_on: Final = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "device_day",
        sa.Column("device", sa.String(63), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("device_class", sa.String(40), nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("covered_s", sa.Integer, nullable=False),
        sa.Column("energy_mwh", sa.BigInteger, nullable=True),
        sa.Column("energy_source", sa.String(10), nullable=True),
        sa.Column("lit_s", sa.Integer, nullable=True),
    )
    op.create_index("device_day_by_day", "device_day", ["day"])
    op.create_table(
        "progress",
        sa.Column("stage", sa.String(40), primary_key=True),
        sa.Column("changes", sa.BigInteger, nullable=False),
        sa.Column("hours", sa.BigInteger, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "submission",
        sa.Column("device", sa.String(63), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("repeated", sa.Integer, nullable=False),
    )
