"""What people decided about quarantined entries."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "ingest_0002"
down_revision: Final = "ingest_0001"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Add the columns; what lies in quarantine is open."""
    for column in (
        sa.Column("state", sa.String(10), nullable=False, server_default="open"),
        sa.Column("replayed", sa.Text, nullable=False, server_default="[]"),
        sa.Column("closed_at", sa.BigInteger, nullable=True),
        sa.Column("closed_by", sa.String(200), nullable=True),
        sa.Column("why", sa.Text, nullable=True),
    ):
        op.add_column("quarantine", column)
