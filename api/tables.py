"""The catalog tables that the API owns: accounts, and notes and fieldwork, never altered."""

from typing import Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData()

QUARANTINE_NOTE: Final = sa.Table(
    "quarantine_note",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("entry", sa.Integer, nullable=False),
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("noted_at", sa.BigInteger, nullable=False),  # microseconds
    sa.Column("text", sa.Text, nullable=False),
    sa.Index("quarantine_note_by_entry", "entry"),
)

ACCOUNT: Final = sa.Table(
    "account",
    METADATA,
    sa.Column("name", sa.String(63), primary_key=True),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("scope", sa.Text, nullable=False),  # its parts, as JSON
    sa.Column("password_hash", sa.Text, nullable=True),  # null where only tokens are used
    sa.Column("made_at", sa.BigInteger, nullable=False),  # microseconds
    sa.Column("disabled_at", sa.BigInteger, nullable=True),
)

SESSION: Final = sa.Table(
    "session",
    METADATA,
    sa.Column("hash", sa.String(64), primary_key=True),  # of the cookie
    sa.Column("account", sa.String(63), sa.ForeignKey("account.name"), nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("ended_at", sa.BigInteger, nullable=True),
)

TOKEN: Final = sa.Table(
    "token",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("account", sa.String(63), sa.ForeignKey("account.name"), nullable=False),
    sa.Column("label", sa.String(100), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),  # no more than both roles may
    sa.Column("scope", sa.Text, nullable=False),  # no more than lies in both scopes
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("revoked_at", sa.BigInteger, nullable=True),
    sa.Column("used_at", sa.BigInteger, nullable=True),
)

EVIDENCE: Final = sa.Table(
    "evidence",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("device", sa.String(63), nullable=False),
    sa.Column("dated", sa.Date, nullable=False),  # the day it speaks of
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("media_type", sa.String(40), nullable=False),
    sa.Column("size", sa.Integer, nullable=False),  # bytes
    sa.Column("entered_by", sa.String(200), nullable=False),
    sa.Column("entered_at", sa.BigInteger, nullable=False),  # microseconds
    sa.Index("evidence_device", "device"),
)

VISIT: Final = sa.Table(
    "visit",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("site", sa.String(63), nullable=False),
    sa.Column("visited_at", sa.BigInteger, nullable=False),  # microseconds
    sa.Column("inspector", sa.String(200), nullable=False),
    sa.Column("instrument", sa.String(200), nullable=False),
    sa.Column("evidence", sa.Integer, nullable=True),  # of the instrument's calibration
    sa.Column("results", sa.Text, nullable=False),  # JSON
    sa.Column("entered_by", sa.String(200), nullable=False),
    sa.Column("entered_at", sa.BigInteger, nullable=False),
)

SAMPLE: Final = sa.Table(
    "sample",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("lot", sa.String(63), nullable=False),
    sa.Column("population", sa.Integer, nullable=False),
    sa.Column("expected_share", sa.Float, nullable=False),
    sa.Column("seed", sa.BigInteger, nullable=False),
    sa.Column("places", sa.Text, nullable=False),  # JSON
    sa.Column("entered_by", sa.String(200), nullable=False),
    sa.Column("entered_at", sa.BigInteger, nullable=False),
)

FINDING: Final = sa.Table(
    "sample_finding",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("sample", sa.Integer, sa.ForeignKey("sample.id"), nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("working", sa.Boolean, nullable=False),
    sa.Column("visited_on", sa.Date, nullable=False),
    sa.Column("inspector", sa.String(200), nullable=False),
    sa.Column("evidence", sa.Integer, nullable=True),
    sa.Column("entered_by", sa.String(200), nullable=False),
    sa.Column("entered_at", sa.BigInteger, nullable=False),
    sa.Index("finding_sample", "sample"),
)

LIFE_EVENT: Final = sa.Table(
    "life_event",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("device", sa.String(63), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),  # microseconds
    sa.Column("until", sa.BigInteger, nullable=True),
    sa.Column("told", sa.Text, nullable=False),  # JSON
    sa.Column("entered_by", sa.String(200), nullable=False),
    sa.Column("entered_at", sa.BigInteger, nullable=False),
    sa.Index("life_event_device", "device"),
)

# What somebody is told, and what became of it: marked before a channel is asked, and after.
DELIVERY: Final = sa.Table(
    "delivery",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("notice", sa.Integer, nullable=False),
    sa.Column("alarm", sa.Integer, nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("zone", sa.String(63), nullable=False),
    sa.Column("person", sa.String(63), nullable=False),  # empty where it concerns nobody
    sa.Column("urgent", sa.Boolean, nullable=False),
    sa.Column("digit", sa.Integer, nullable=True),  # that acknowledges it in a reply
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("short", sa.Text, nullable=False),
    sa.Column("long", sa.Text, nullable=False),
    sa.Column("made_at", sa.BigInteger, nullable=False),  # microseconds, as all that follow
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Column("held", sa.String(20), nullable=True),  # why not at once
    sa.Column("state", sa.String(20), nullable=False),
    sa.Column("channel", sa.String(40), nullable=True),  # that was asked last
    sa.Column("place", sa.Integer, nullable=False),  # of the channel to ask, among the person's
    sa.Column("attempts", sa.Integer, nullable=False),  # on that channel
    sa.Column("message", sa.Integer, nullable=True),  # the first delivery it was sent with
    sa.Column("sent_at", sa.BigInteger, nullable=True),
    sa.Column("trouble", sa.Text, nullable=True),  # of the last attempt
    sa.UniqueConstraint("notice", "person"),
    sa.Index("delivery_due", "state", "due_at"),
    sa.Index("delivery_alarm", "alarm"),
    sa.Index("delivery_person", "person", "sent_at"),
)

# The hash stays with the row of evidence, so that what cites it still names it.
EVIDENCE_ERASED: Final = sa.Table(
    "evidence_erased",
    METADATA,
    sa.Column("evidence", sa.Integer, sa.ForeignKey("evidence.id"), primary_key=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("erased_by", sa.String(200), nullable=False),
    sa.Column("erased_at", sa.BigInteger, nullable=False),  # microseconds
)

SUBSCRIPTION: Final = sa.Table(
    "subscription",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("account", sa.String(63), nullable=False),
    sa.Column("means", sa.String(10), nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("scope", sa.String(80), nullable=False),
    sa.Column("occasions", sa.Text, nullable=False),  # JSON
    sa.Column("language", sa.String(10), nullable=False),
    sa.Column("formats", sa.Text, nullable=False),  # JSON
    sa.Column("made_at", sa.BigInteger, nullable=False),  # microseconds
    sa.Column("ended_at", sa.BigInteger, nullable=True),
)

# What a subscription was told of, once each.
SENDING: Final = sa.Table(
    "sending",
    METADATA,
    sa.Column("subscription", sa.Integer, sa.ForeignKey("subscription.id"), primary_key=True),
    sa.Column("occurrence", sa.String(100), primary_key=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("next_at", sa.BigInteger, nullable=False),  # microseconds
    sa.Column("sent_at", sa.BigInteger, nullable=True),
    sa.Column("given_up", sa.Boolean, nullable=False),
    sa.Column("error", sa.Text, nullable=True),
)
