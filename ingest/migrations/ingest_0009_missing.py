"""How many records of a boot are lost, beside what that follows from."""

import json
from collections import defaultdict
from typing import Final

import sqlalchemy as sa
from alembic import op

from ingest.contract.ranges import Ranges

revision: Final = "ingest_0009"
down_revision: Final = "ingest_0008"
branch_labels: Final = None
depends_on: Final = None

_SETTLED_OR_THINNED: Final = ("thinned", "stored", "quarantined")
_BOOT: Final = sa.table(
    "ledger_boot",
    *(sa.column(name) for name in ("gateway", "boot", "low", "missing", *_SETTLED_OR_THINNED)),
)
_SPAN: Final = sa.table("ledger_span", *map(sa.column, ("gateway", "boot", "last")))


def upgrade() -> None:
    """Add the column, and fill it from the ranges."""
    op.add_column(
        "ledger_boot", sa.Column("missing", sa.BigInteger, nullable=False, server_default="0")
    )
    op.create_index("ledger_boot_missing", "ledger_boot", ["missing"])
    connection = op.get_bind()
    reached: defaultdict[tuple[str, str], int] = defaultdict(int)
    for span in connection.execute(sa.select(_SPAN)):
        reached[span.gateway, span.boot] = max(reached[span.gateway, span.boot], span.last)
    for boot in connection.execute(sa.select(_BOOT)).mappings().all():
        name = boot["gateway"], boot["boot"]
        missing = _missing(boot, reached[name])
        if missing:
            own = sa.tuple_(_BOOT.c.gateway, _BOOT.c.boot) == name
            connection.execute(sa.update(_BOOT).where(own).values(missing=missing))


def _missing(boot: sa.RowMapping, reached: int) -> int:
    known = [pair for name in _SETTLED_OR_THINNED for pair in json.loads(boot[name])]
    settled = Ranges.of(*((first, last) for first, last in known))
    return settled.gaps(1, min(reached, boot["low"] - 1)).count
