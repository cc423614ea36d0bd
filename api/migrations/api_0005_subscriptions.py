"""Make the tables of reports that go out by themselves."""

import sqlalchemy as sa
from alembic import op

revision = "api_0005"
down_revision = "api_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "subscription",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("account", sa.String(63), nullable=False),
        sa.Column("means", sa.String(10), nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("scope", sa.String(80), nullable=False),
        sa.Column("occasions", sa.Text, nullable=False),
        sa.Column("language", sa.String(10), nullable=False),
        sa.Column("formats", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("ended_at", sa.BigInteger, nullable=True),
    )
    op.create_table(
        "sending",
        sa.Column("subscription", sa.Integer, sa.ForeignKey("subscription.id"), primary_key=True),
        sa.Column("occurrence", sa.String(100), primary_key=True),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("sent_at", sa.BigInteger, nullable=True),
        sa.Column("given_up", sa.Boolean, nullable=False),
        sa.Column("error", sa.Text, nullable=True),
    )
