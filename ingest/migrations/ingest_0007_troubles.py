"""What a gateway told of its troubles: steps of its clock, and records it had no room for."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "ingest_0007"
down_revision: Final = "ingest_0006"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Add the columns; of a gateway that is not born again nothing is known."""
    op.add_column(
        "presence", sa.Column("clock_steps", sa.Text, nullable=False, server_default="[]")
    )
    op.add_column(
        "presence", sa.Column("not_taken", sa.BigInteger, nullable=False, server_default="0")
    )
