"""The ledger as anybody can read it, and what gateways still hold."""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from ingest.catalog import open_catalog, snapshot
from ingest.contract.ranges import EMPTY, Ranges
from simulators.drill.comparison import Named, Numbers

_BOOT_KEYS: Final = 1 << 40  # of an outbox: entry is the boot's key times this plus the number
_BOOTS: Final = sa.text("SELECT gateway, boot, low, stored, quarantined, thinned FROM ledger_boot")
_SPANS: Final = sa.text("SELECT gateway, boot, first, last FROM ledger_span")
_COUNTS: Final = sa.text(
    "SELECT gateway, SUM(stored) AS stored, SUM(repeated) AS repeated,"
    " SUM(quarantined) AS quarantined FROM ledger_count GROUP BY gateway"
)
_HELD: Final = (
    "SELECT boot.name, record.entry % ? FROM record JOIN boot ON boot.id = record.entry / ?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What the ledger counts of one gateway, in records."""

    stored: int = 0
    repeated: int = 0
    quarantined: int = 0

    @property
    def total(self) -> int:
        """What it counts as settled."""
        return self.stored + self.repeated + self.quarantined


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The ledger at one time."""

    settled: Numbers
    quarantined: Numbers
    thinned: Numbers
    missing: Numbers
    counted: Mapping[str, Counted]

    @classmethod
    def read(cls, url: str) -> "Account":
        """Read the ledger of a catalog, all of it as it was at one time."""
        engine = open_catalog(url)
        try:
            with snapshot(engine) as connection:
                return cls._of(connection)
        finally:
            engine.dispose()

    @classmethod
    def _of(cls, connection: sa.Connection) -> "Account":
        boots = {(row.gateway, row.boot): row for row in connection.execute(_BOOTS)}
        assigned = dict.fromkeys(boots, EMPTY)
        for row in connection.execute(_SPANS):
            assigned[row.gateway, row.boot] |= Ranges.of((row.first, row.last))
        counted = {
            row.gateway: Counted(
                stored=int(row.stored),
                repeated=int(row.repeated),
                quarantined=int(row.quarantined),
            )
            for row in connection.execute(_COUNTS)
        }
        quarantined = {boot: _ranges(row.quarantined) for boot, row in boots.items()}
        thinned = {boot: _ranges(row.thinned) for boot, row in boots.items()}
        settled = {boot: _ranges(row.stored) | quarantined[boot] for boot, row in boots.items()}
        return cls(
            settled=settled,
            quarantined=quarantined,
            thinned=thinned,
            counted=counted,
            missing={
                boot: assigned[boot].within(1, row.low - 1) - (settled[boot] | thinned[boot])
                for boot, row in boots.items()
            },
        )

    def missing_of(self, gateways: Iterable[str]) -> list[str]:
        """Return what is missing of some gateways, named by range."""
        of = set(gateways)
        return [
            f"{gateway} {boot} {first}-{last}"
            for (gateway, boot), numbers in self.missing.items()
            if gateway in of
            for first, last in numbers.pairs
        ]

    def counted_twice(self, gateways: Iterable[str]) -> int:
        """Return how many records are counted settled more than once."""
        return sum(
            max(one.total - self._settled_of(gateway), 0)
            for gateway in gateways
            if (one := self.counted.get(gateway)) is not None
        )

    def unbalanced_of(self, gateways: Iterable[str]) -> list[str]:
        """Return where counters and ranges do not agree, a line each."""
        return [
            f"{gateway} {one.total} counted, {settled} settled"
            for gateway in gateways
            if (one := self.counted.get(gateway)) is not None
            and one.total != (settled := self._settled_of(gateway))
        ]

    def repeated_of(self, gateways: Iterable[str]) -> int:
        """Return how many records of some gateways are counted as repeated."""
        return sum(self.counted[each].repeated for each in gateways if each in self.counted)

    def named(self, outboxes: Mapping[str, Path]) -> Named:
        """Return what need not be in the store, with what outboxes hold."""
        return Named(quarantined=self.quarantined, thinned=self.thinned, held=held(outboxes))

    def _settled_of(self, gateway: str) -> int:
        return sum(numbers.count for (name, _), numbers in self.settled.items() if name == gateway)


def held(outboxes: Mapping[str, Path]) -> dict[tuple[str, str], Ranges]:
    """Return the records that gateways' outbox files hold; a file that is not there holds none."""
    found: dict[tuple[str, str], list[int]] = {}
    for gateway, path in outboxes.items():
        if path.exists():
            for boot, number in _held_in(path):
                found.setdefault((gateway, boot), []).append(number)
    return {key: Ranges.from_numbers(numbers) for key, numbers in found.items()}


def _held_in(path: Path) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as outbox:
        rows = outbox.execute(f"{_HELD} ORDER BY entry", (_BOOT_KEYS, _BOOT_KEYS))
        return [(str(boot), int(number)) for boot, number in rows]


def _ranges(text: str) -> Ranges:
    return Ranges(tuple((first, last) for first, last in json.loads(text)))
