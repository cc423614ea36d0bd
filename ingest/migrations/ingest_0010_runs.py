"""Messages that no gateway numbers stand in one row of the archive's index together."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "ingest_0010"
down_revision: Final = "ingest_0009"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Say of each row how many messages it stands for: until now one."""
    messages = sa.Column("messages", sa.Integer, nullable=False, server_default="1")
    op.add_column("taken", messages)
