"""The catalog tables that ingest owns: accounts, quarantine, change feed, presence."""

from typing import Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData()
_SERIAL: Final = sa.BigInteger().with_variant(sa.Integer, "sqlite")  # SQLite counts only Integer

LEDGER_BOOT: Final = sa.Table(
    "ledger_boot",
    METADATA,
    sa.Column("gateway", sa.String(63), primary_key=True),
    sa.Column("boot", sa.String(63), primary_key=True),
    sa.Column("head", sa.BigInteger, nullable=False),
    sa.Column("low", sa.BigInteger, nullable=False),
    sa.Column("thinned", sa.Text, nullable=False),  # ranges as JSON
    sa.Column("stored", sa.Text, nullable=False),
    sa.Column("quarantined", sa.Text, nullable=False),
    # How many records are lost: it follows from all above, and is there to be asked for.
    sa.Column("missing", sa.BigInteger, nullable=False, server_default="0"),
    sa.Index("ledger_boot_missing", "missing"),
)

LEDGER_SPAN: Final = sa.Table(
    "ledger_span",
    METADATA,
    sa.Column("gateway", sa.String(63), primary_key=True),
    sa.Column("boot", sa.String(63), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("first", sa.BigInteger, nullable=False),
    sa.Column("last", sa.BigInteger, nullable=False),
)

LEDGER_COUNT: Final = sa.Table(
    "ledger_count",
    METADATA,
    sa.Column("gateway", sa.String(63), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("stored", sa.BigInteger, nullable=False),
    sa.Column("repeated", sa.BigInteger, nullable=False),
    sa.Column("quarantined", sa.BigInteger, nullable=False),
    sa.Column("redelivered", sa.BigInteger, nullable=False),
    sa.Column("readings", sa.BigInteger, nullable=False),
    sa.Column("unnumbered", sa.BigInteger, nullable=False, server_default="0"),
)

QUARANTINE: Final = sa.Table(
    "quarantine",
    METADATA,
    sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
    sa.Column("gateway", sa.String(63), nullable=True),
    sa.Column("boot", sa.String(63), nullable=True),
    sa.Column("numbers", sa.Text, nullable=False),  # ranges as JSON; empty where not readable
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("received_at", sa.BigInteger, nullable=False),  # microseconds
    sa.Column("archive_file", sa.String(80), nullable=False),
    sa.Column("archive_offset", sa.BigInteger, nullable=False),
    sa.Column("archive_index", sa.Integer, nullable=False),
    sa.Column("state", sa.String(10), nullable=False, server_default="open"),
    sa.Column("replayed", sa.Text, nullable=False, server_default="[]"),  # ranges as JSON
    sa.Column("closed_at", sa.BigInteger, nullable=True),  # microseconds
    sa.Column("closed_by", sa.String(200), nullable=True),
    sa.Column("why", sa.Text, nullable=True),
    sa.Column("refusals", sa.BigInteger, nullable=False, server_default="1"),  # it stands for
    sa.Index("quarantine_boot", "gateway", "boot"),
    sa.Index("quarantine_day", "gateway", "received_at"),
)

FEED: Final = sa.Table(
    "feed",
    METADATA,
    sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
    sa.Column("device_class", sa.String(40), nullable=False),
    sa.Column("device", sa.String(63), nullable=False),
    sa.Column("hour", sa.BigInteger, nullable=False),  # microseconds
    sa.Column("gateway", sa.String(63), nullable=False),
    sa.Column("day", sa.Date, nullable=False),  # of entry into the outbox
    sa.Column("records", sa.Integer, nullable=False),
    sa.Column("readings", sa.Integer, nullable=False),
    sa.Column("numbered", sa.Boolean, nullable=False, server_default=sa.true()),
)

PRESENCE: Final = sa.Table(
    "presence",
    METADATA,
    sa.Column("gateway", sa.String(63), primary_key=True),
    sa.Column("boot", sa.String(63), nullable=True),
    sa.Column("connection", sa.BigInteger, nullable=True),
    sa.Column("software", sa.Text, nullable=True),
    sa.Column("held", sa.Text, nullable=False),  # boots as JSON
    sa.Column("born_at", sa.BigInteger, nullable=True),  # microseconds
    sa.Column("died_at", sa.BigInteger, nullable=True),
    sa.Column("heard_at", sa.BigInteger, nullable=False),
    sa.Column("clock_steps", sa.Text, nullable=False, server_default="[]"),  # JSON
    sa.Column("not_taken", sa.BigInteger, nullable=False, server_default="0"),
)

ENTERED: Final = sa.Table(
    "entered",
    METADATA,
    sa.Column("id", _SERIAL, primary_key=True, autoincrement=True),
    sa.Column("entered_at", sa.BigInteger, nullable=False),  # microseconds
    sa.Column("entered_by", sa.String(200), nullable=False),
    sa.Column("file", sa.String(200), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("mapping", sa.String(63), nullable=False),
    sa.Column("device", sa.String(63), nullable=False),
    sa.Column("first_at", sa.BigInteger, nullable=False),  # microseconds
    sa.Column("last_at", sa.BigInteger, nullable=False),
    sa.Column("records", sa.Integer, nullable=False),
    sa.Index("entered_device", "device", "first_at"),
)

WATERMARK: Final = sa.Table(
    "watermark",
    METADATA,
    sa.Column("worker", sa.String(63), primary_key=True),
    sa.Column("archive_file", sa.String(80), nullable=False),
    sa.Column("archive_offset", sa.BigInteger, nullable=False),  # end of the last frame taken in
)

# Where each message lies and what it speaks of, so that a figure's messages are found unread.
# What no gateway numbers, received at one instant, has one row together, at the first one's place.
TAKEN: Final = sa.Table(
    "taken",
    METADATA,
    sa.Column("archive_file", sa.String(80), primary_key=True),
    sa.Column("archive_offset", sa.BigInteger, primary_key=True),  # of the frame
    sa.Column("archive_index", sa.Integer, primary_key=True),
    sa.Column("registry_change", sa.Integer, nullable=False),  # by which it was judged
    sa.Column("gateway", sa.String(63), nullable=True),
    sa.Column("boot", sa.String(63), nullable=True),
    sa.Column("numbers", sa.Text, nullable=False),  # ranges as JSON
    sa.Column("measured_from", sa.BigInteger, nullable=True),  # microseconds
    sa.Column("measured_to", sa.BigInteger, nullable=True),  # microseconds, the last instant
    sa.Column("received_at", sa.BigInteger, nullable=False),  # microseconds
    sa.Column("messages", sa.Integer, nullable=False, server_default="1"),  # it stands for
    sa.Index("taken_by_gateway", "gateway", "measured_from"),
)

DISK_ROOM: Final = sa.Table(
    "disk_room",
    METADATA,
    sa.Column("day", sa.Date, primary_key=True),  # UTC
    sa.Column("free_bytes", sa.BigInteger, nullable=False),
    sa.Column("floor_bytes", sa.BigInteger, nullable=False),  # below it nothing is taken in
    sa.Column("growth_bytes", sa.BigInteger, nullable=True),  # of the home, a day; null: no rate
    sa.Column("days_left", sa.Float, nullable=True),  # at that rate
    sa.Column("noted_at", sa.BigInteger, nullable=False),  # microseconds
)
