"""What people brought in from files, and who."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "ingest_0005"
down_revision: Final = "ingest_0004"
branch_labels: Final = None
depends_on: Final = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "entered",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("entered_at", sa.BigInteger, nullable=False),
        sa.Column("entered_by", sa.String(200), nullable=False),
        sa.Column("file", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("mapping", sa.String(63), nullable=False),
        sa.Column("device", sa.String(63), nullable=False),
        sa.Column("first_at", sa.BigInteger, nullable=False),
        sa.Column("last_at", sa.BigInteger, nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
    )
    op.create_index("entered_device", "entered", ["device", "first_at"])
