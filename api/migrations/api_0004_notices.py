"""Make the table of deliveries: to whom a notice went, when, and on which channel."""

import sqlalchemy as sa
from alembic import op

revision = "api_0004"
down_revision = "api_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("notice", sa.Integer, nullable=False),
        sa.Column("alarm", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("zone", sa.String(63), nullable=False),
        sa.Column("person", sa.String(63), nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("digit", sa.Integer, nullable=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("short", sa.Text, nullable=False),
        sa.Column("long", sa.Text, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("held", sa.String(20), nullable=True),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("channel", sa.String(40), nullable=True),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("message", sa.Integer, nullable=True),
        sa.Column("sent_at", sa.BigInteger, nullable=True),
        sa.Column("trouble", sa.Text, nullable=True),
        sa.UniqueConstraint("notice", "person"),
    )
    op.create_index("delivery_due", "delivery", ["state", "due_at"])
    op.create_index("delivery_alarm", "delivery", ["alarm"])
    op.create_index("delivery_person", "delivery", ["person", "sent_at"])
