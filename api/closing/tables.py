"""The catalog tables of closed periods. All are only ever added to; the database itself refuses."""

from typing import Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData()

REVISION: Final = sa.Table(
    "period_revision",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("scope", sa.String(80), nullable=False),
    sa.Column("period", sa.String(40), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("provenance", sa.String(10), nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),  # canonical bytes of the document
    sa.Column("sha256", sa.String(64), nullable=False),  # of content
    sa.Column("basis", sa.Text, nullable=False),  # what it can be re-run from, as JSON
    sa.Column("cause", sa.Text, nullable=False),  # why it differs from the one before, as JSON
    sa.Column("made_at", sa.BigInteger, nullable=False),  # microseconds
    sa.UniqueConstraint("scope", "period", "number"),
)

STEP: Final = sa.Table(
    "period_step",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("revision", sa.Integer, sa.ForeignKey("period_revision.id"), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("revision", "state"),
)

# A page is found by its content, so revisions share what did not change between them.
PAGE: Final = sa.Table(
    "fact_page",
    METADATA,
    sa.Column("sha256", sa.String(64), primary_key=True),  # of the body, inflated
    sa.Column("body", sa.LargeBinary, nullable=False),  # canonical bytes, deflated
)

REVISION_PAGE: Final = sa.Table(
    "period_revision_page",
    METADATA,
    sa.Column("revision", sa.Integer, sa.ForeignKey("period_revision.id"), primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("zone", sa.String(63), primary_key=True),  # empty where it is of none
    sa.Column("day", sa.String(10), primary_key=True),  # empty where it is of none
    sa.Column("sha256", sa.String(64), sa.ForeignKey("fact_page.sha256"), nullable=False),
)

TOLD: Final = sa.Table(
    "period_told",
    METADATA,
    sa.Column("revision", sa.Integer, sa.ForeignKey("period_revision.id"), primary_key=True),
    sa.Column("account", sa.String(200), primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
)

FINDING: Final = sa.Table(
    "finding",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("revision", sa.Integer, sa.ForeignKey("period_revision.id"), nullable=False),
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)

ANSWER: Final = sa.Table(
    "finding_answer",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("finding", sa.Integer, sa.ForeignKey("finding.id"), nullable=False),
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)

DIGEST: Final = sa.Table(
    "daily_digest",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("day", sa.String(10), nullable=False, unique=True),
    sa.Column("body", sa.LargeBinary, nullable=False),  # canonical bytes
    sa.Column("signature", sa.String(128), nullable=False),  # Ed25519 over body, hexadecimal
    sa.Column("key", sa.String(64), nullable=False),  # the public key, hexadecimal
)
