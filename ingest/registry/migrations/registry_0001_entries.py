"""Make the tables of changes and entries."""

import sqlalchemy as sa
from alembic import op

revision = "registry_0001"
down_revision = None
branch_labels = ("registry",)
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "registry_change",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("known_at", sa.BigInteger, nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("source", sa.Text, nullable=False),
    )
    op.create_table(
        "registry_entry",
        sa.Column("change", sa.Integer, sa.ForeignKey("registry_change.number"), primary_key=True),
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("id", sa.String(63), primary_key=True),
        sa.Column("valid_from", sa.BigInteger, primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
