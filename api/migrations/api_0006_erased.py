"""Make the table of photographs that were erased."""

import sqlalchemy as sa
from alembic import op

revision = "api_0006"
down_revision = "api_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "evidence_erased",
        sa.Column("evidence", sa.Integer, sa.ForeignKey("evidence.id"), primary_key=True),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("erased_by", sa.String(200), nullable=False),
        sa.Column("erased_at", sa.BigInteger, nullable=False),
    )
