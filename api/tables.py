"""The catalog tables that the API owns: notes that people leave, never altered, never deleted."""

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
