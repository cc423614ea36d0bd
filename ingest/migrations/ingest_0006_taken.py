"""Where each message lies in the archive, and what it speaks of."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "ingest_0006"
down_revision: Final = "ingest_0005"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Make the table, empty: what was taken in before is found by reading the archive."""
    op.create_table(
        "taken",
        sa.Column("archive_file", sa.String(80), primary_key=True),
        sa.Column("archive_offset", sa.BigInteger, primary_key=True),
        sa.Column("archive_index", sa.Integer, primary_key=True),
        sa.Column("registry_change", sa.Integer, nullable=False),
        sa.Column("gateway", sa.String(63), nullable=True),
        sa.Column("boot", sa.String(63), nullable=True),
        sa.Column("numbers", sa.Text, nullable=False),
        sa.Column("measured_from", sa.BigInteger, nullable=True),
        sa.Column("measured_to", sa.BigInteger, nullable=True),
        sa.Column("received_at", sa.BigInteger, nullable=False),
    )
    op.create_index("taken_by_gateway", "taken", ["gateway", "measured_from"])
