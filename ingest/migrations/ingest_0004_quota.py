"""How many refusals an entry in quarantine stands for."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "ingest_0004"
down_revision: Final = "ingest_0003"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Add the column; every entry that is there stands for one."""
    op.add_column(
        "quarantine", sa.Column("refusals", sa.BigInteger, nullable=False, server_default="1")
    )
    op.create_index("quarantine_day", "quarantine", ["gateway", "received_at"])
