"""The tables of ingest: accounts, quarantine, change feed, presence, watermark."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "ingest_0001"
down_revision: Final = None
branch_labels: Final = ("ingest",)
depends_on: Final = None

_SERIAL: Final = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "feed",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("device_class", sa.String(40), nullable=False),
        sa.Column("device", sa.String(63), nullable=False),
        sa.Column("hour", sa.BigInteger, nullable=False),
        sa.Column("gateway", sa.String(63), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("records", sa.Integer, nullable=False),
        sa.Column("readings", sa.Integer, nullable=False),
    )
    op.create_table(
        "ledger_boot",
        sa.Column("gateway", sa.String(63), primary_key=True),
        sa.Column("boot", sa.String(63), primary_key=True),
        sa.Column("head", sa.BigInteger, nullable=False),
        sa.Column("low", sa.BigInteger, nullable=False),
        sa.Column("thinned", sa.Text, nullable=False),
        sa.Column("stored", sa.Text, nullable=False),
        sa.Column("quarantined", sa.Text, nullable=False),
    )
    op.create_table(
        "ledger_count",
        sa.Column("gateway", sa.String(63), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("stored", sa.BigInteger, nullable=False),
        sa.Column("repeated", sa.BigInteger, nullable=False),
        sa.Column("quarantined", sa.BigInteger, nullable=False),
        sa.Column("redelivered", sa.BigInteger, nullable=False),
        sa.Column("readings", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "ledger_span",
        sa.Column("gateway", sa.String(63), primary_key=True),
        sa.Column("boot", sa.String(63), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "presence",
        sa.Column("gateway", sa.String(63), primary_key=True),
        sa.Column("boot", sa.String(63), nullable=True),
        sa.Column("connection", sa.BigInteger, nullable=True),
        sa.Column("software", sa.Text, nullable=True),
        sa.Column("held", sa.Text, nullable=False),
        sa.Column("born_at", sa.BigInteger, nullable=True),
        sa.Column("died_at", sa.BigInteger, nullable=True),
        sa.Column("heard_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "quarantine",
        sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
        sa.Column("gateway", sa.String(63), nullable=True),
        sa.Column("boot", sa.String(63), nullable=True),
        sa.Column("numbers", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("received_at", sa.BigInteger, nullable=False),
        sa.Column("archive_file", sa.String(80), nullable=False),
        sa.Column("archive_offset", sa.BigInteger, nullable=False),
        sa.Column("archive_index", sa.Integer, nullable=False),
    )
    op.create_index("quarantine_boot", "quarantine", ["gateway", "boot"])
    op.create_table(
        "watermark",
        sa.Column("worker", sa.String(63), primary_key=True),
        sa.Column("archive_file", sa.String(80), nullable=False),
        sa.Column("archive_offset", sa.BigInteger, nullable=False),
    )
