"""Make the tables of evidence, visits, samples and what becomes of devices."""

import sqlalchemy as sa
from alembic import op

revision = "api_0003"
down_revision = "api_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("device", sa.String(63), nullable=False),
        sa.Column("dated", sa.Date, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(40), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("entered_by", sa.String(200), nullable=False),
        sa.Column("entered_at", sa.BigInteger, nullable=False),
    )
    op.create_index("evidence_device", "evidence", ["device"])
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("site", sa.String(63), nullable=False),
        sa.Column("visited_at", sa.BigInteger, nullable=False),
        sa.Column("inspector", sa.String(200), nullable=False),
        sa.Column("instrument", sa.String(200), nullable=False),
        sa.Column("evidence", sa.Integer, nullable=True),
        sa.Column("results", sa.Text, nullable=False),
        sa.Column("entered_by", sa.String(200), nullable=False),
        sa.Column("entered_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sample",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("lot", sa.String(63), nullable=False),
        sa.Column("population", sa.Integer, nullable=False),
        sa.Column("expected_share", sa.Float, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("places", sa.Text, nullable=False),
        sa.Column("entered_by", sa.String(200), nullable=False),
        sa.Column("entered_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "sample_finding",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("sample", sa.Integer, sa.ForeignKey("sample.id"), nullable=False),
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("working", sa.Boolean, nullable=False),
        sa.Column("visited_on", sa.Date, nullable=False),
        sa.Column("inspector", sa.String(200), nullable=False),
        sa.Column("evidence", sa.Integer, nullable=True),
        sa.Column("entered_by", sa.String(200), nullable=False),
        sa.Column("entered_at", sa.BigInteger, nullable=False),
    )
    op.create_index("finding_sample", "sample_finding", ["sample"])
    op.create_table(
        "life_event",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("device", sa.String(63), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=True),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("entered_by", sa.String(200), nullable=False),
        sa.Column("entered_at", sa.BigInteger, nullable=False),
    )
    op.create_index("life_event_device", "life_event", ["device"])
