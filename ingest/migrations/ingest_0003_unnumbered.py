"""Records that no gateway numbers: counted beside the equation."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "ingest_0003"
down_revision: Final = "ingest_0002"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Add the columns; what was there before was all numbered."""
    unnumbered = sa.Column("unnumbered", sa.BigInteger, nullable=False, server_default="0")
    op.add_column("ledger_count", unnumbered)
    numbered = sa.Column("numbered", sa.Boolean, nullable=False, server_default=sa.true())
    op.add_column("feed", numbered)
