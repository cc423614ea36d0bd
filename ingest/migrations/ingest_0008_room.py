"""The table of what room the disk had left."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "ingest_0008"
down_revision: Final = "ingest_0007"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "disk_room",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("free_bytes", sa.BigInteger, nullable=False),
        sa.Column("floor_bytes", sa.BigInteger, nullable=False),
        sa.Column("growth_bytes", sa.BigInteger, nullable=True),
        sa.Column("days_left", sa.Float, nullable=True),
        sa.Column("noted_at", sa.BigInteger, nullable=False),
    )
