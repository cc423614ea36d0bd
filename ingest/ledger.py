"""The account of records, per gateway and UTC day of entry into the outbox.

`assigned = stored + repeated + quarantined + thinned + pending + missing`, disjoint. The first
three are counters, moved in the transaction that settles a record or computes its hour; assigned,
thinned, pending and missing follow from the ranges a gateway tells. That the two agree is the
check.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter
from typing import Any, Final

import sqlalchemy as sa

from ingest.contract.chunk import Account
from ingest.contract.identity import BootId, GatewayId
from ingest.contract.ranges import EMPTY, Ranges
from ingest.tables import LEDGER_BOOT, LEDGER_COUNT, LEDGER_SPAN

_COUNTED: Final = ("stored", "repeated", "quarantined", "redelivered", "readings", "unnumbered")

BootKey = tuple[GatewayId, BootId]

_WITH_MISSING: Final = sa.select(LEDGER_BOOT.c.gateway, LEDGER_BOOT.c.boot).where(
    LEDGER_BOOT.c.missing > 0
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BootAccount:
    """What is known of one boot's records."""

    gateway: GatewayId
    boot: BootId
    head: int = 0
    low: int = 1
    thinned: Ranges = EMPTY
    stored: Ranges = EMPTY  # settled by storing, whether or not found repeated later
    quarantined: Ranges = EMPTY
    days: Mapping[date, tuple[int, int]] = field(default_factory=dict)

    @property
    def settled(self) -> Ranges:
        """Stored or quarantined, and written down."""
        return self.stored | self.quarantined

    def told(self, account: Account) -> "BootAccount":
        """Take in what the gateway says; in whatever order, nothing known is unlearned."""
        days = dict(self.days)
        for day, (first, last) in account.days.items():
            known = days.get(day, (first, last))
            days[day] = (min(first, known[0]), max(last, known[1]))
        return replace(
            self,
            head=max(self.head, account.head),
            low=max(self.low, account.low),
            thinned=self.thinned | account.thinned,
            days=days,
        )

    @property
    def spans(self) -> dict[date, tuple[int, int]]:
        """First and last number by day of entry, each day reaching down to the one before it.

        A gateway no longer tells of a day that it knows wholly settled. An ingest that was set
        back to an older catalog never hears of it: its numbers count on the next day that is told.
        """
        spans: dict[date, tuple[int, int]] = {}
        reached = 0
        for day, (_, last) in sorted(self.days.items(), key=lambda told: told[1]):
            spans[day] = (reached + 1, last)
            reached = last
        return spans

    @property
    def open(self) -> Ranges:
        """What is neither settled nor thinned, of all numbers whose day is known."""
        return (self.settled | self.thinned).gaps(
            1, max((last for _, last in self.spans.values()), default=0)
        )

    @property
    def missing(self) -> Ranges:
        """What is lost: open, and no longer held by its gateway."""
        return self.open.within(1, self.low - 1)

    def day_of(self, number: int) -> date:
        """Return the day a number was assigned on; the contract has every number's day told."""
        return next(day for day, (first, last) in self.days.items() if first <= number <= last)

    def by_day(self, numbers: Ranges) -> dict[date, int]:
        """Count numbers by their day of entry."""
        if not numbers:
            return {}
        counts = {day: numbers.within(*span).count for day, span in self.days.items()}
        return {day: count for day, count in counts.items() if count}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the account, in records; redelivered, readings, unnumbered stand beside it."""

    assigned: int = 0
    stored: int = 0
    repeated: int = 0
    quarantined: int = 0
    thinned: int = 0
    pending: int = 0
    missing: int = 0
    redelivered: int = 0
    readings: int = 0
    unnumbered: int = 0  # records stored that no gateway numbers, by the day of receipt

    @property
    def balanced(self) -> bool:
        """Whether counters and ranges agree."""
        settled = self.stored + self.repeated + self.quarantined
        return min(self.stored, self.repeated) >= 0 and (
            self.assigned == settled + self.thinned + self.pending + self.missing
        )

    def __add__(self, other: "Line") -> "Line":
        return Line(**{name: getattr(self, name) + getattr(other, name) for name in Line.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Numbers that are lost, of one boot and day of entry."""

    gateway: GatewayId
    boot: BootId
    day: date
    numbers: Ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What one transaction moves for one gateway and day of entry."""

    gateway: GatewayId
    day: date
    stored: int = 0
    repeated: int = 0
    quarantined: int = 0
    redelivered: int = 0
    readings: int = 0
    unnumbered: int = 0


def load(
    connection: sa.Connection,
    of: Collection[BootKey] | sa.SelectBase | None = None,
) -> dict[BootKey, BootAccount]:
    """Return the accounts of some boots, listed or selected; of all where None."""
    boots = sa.select(LEDGER_BOOT)
    spans = sa.select(LEDGER_SPAN)
    if of is not None:
        boots = boots.where(sa.tuple_(LEDGER_BOOT.c.gateway, LEDGER_BOOT.c.boot).in_(of))
        spans = spans.where(sa.tuple_(LEDGER_SPAN.c.gateway, LEDGER_SPAN.c.boot).in_(of))
    days: dict[tuple[str, str], dict[date, tuple[int, int]]] = {}
    for row in connection.execute(spans):
        days.setdefault((row.gateway, row.boot), {})[row.day] = (row.first, row.last)
    return {
        (row.gateway, row.boot): BootAccount(
            gateway=row.gateway,
            boot=row.boot,
            head=row.head,
            low=row.low,
            thinned=_ranges(row.thinned),
            stored=_ranges(row.stored),
            quarantined=_ranges(row.quarantined),
            days=days.get((row.gateway, row.boot), {}),
        )
        for row in connection.execute(boots)
    }


def save(connection: sa.Connection, accounts: Iterable[BootAccount]) -> None:
    """Write accounts down in place of what was known of their boots."""
    for account in accounts:
        key = {"gateway": account.gateway, "boot": account.boot}
        _put(connection, LEDGER_BOOT, key, _row(account))
        for day, (first, last) in account.days.items():
            _put(connection, LEDGER_SPAN, key | {"day": day}, {"first": first, "last": last})


def move(connection: sa.Connection, settlements: Iterable[Settlement]) -> None:
    """Add to the counters; a negative number takes away."""
    table = LEDGER_COUNT
    # Sorted: ingest and analytics lock the same rows, and would wait for each other for ever.
    for (gateway, day), added in sorted(_summed(settlements).items()):
        changed = connection.execute(
            sa.update(table)
            .where(table.c.gateway == gateway, table.c.day == day)
            .values({name: table.c[name] + value for name, value in added.items()})
        )
        if changed.rowcount == 0:
            connection.execute(sa.insert(table).values({"gateway": gateway, "day": day, **added}))


def lines(
    connection: sa.Connection, *, gateway: str | None = None, day: date | None = None
) -> dict[tuple[GatewayId, date], Line]:
    """Return the account per gateway and day of entry."""
    counts = {
        (row.gateway, row.day): Line(
            stored=row.stored,
            repeated=row.repeated,
            quarantined=row.quarantined,
            redelivered=row.redelivered,
            readings=row.readings,
            unnumbered=row.unnumbered,
        )
        for row in connection.execute(sa.select(LEDGER_COUNT))
    }
    for account in load(connection).values():
        for entry_day, span in account.spans.items():
            key = (account.gateway, entry_day)
            counts[key] = counts.get(key, Line()) + _from_ranges(account, span)
    return {
        key: line
        for key, line in sorted(counts.items())
        if gateway in (None, key[0]) and day in (None, key[1])
    }


def missing(
    connection: sa.Connection, *, gateway: str | None = None, day: date | None = None
) -> list[Missing]:
    """Return what is lost, by gateway, day of entry and boot."""
    found = [
        Missing(gateway=account.gateway, boot=account.boot, day=entry_day, numbers=numbers)
        for account in load(connection, _WITH_MISSING).values()
        for entry_day, span in account.spans.items()
        if (numbers := account.missing.within(*span))
    ]
    chosen = [each for each in found if gateway in (None, each.gateway) and day in (None, each.day)]
    return sorted(chosen, key=attrgetter("gateway", "day", "boot"))


def total(account: Mapping[tuple[GatewayId, date], Line]) -> Line:
    """Add up the lines of an account."""
    return sum(account.values(), start=Line())


def _summed(settlements: Iterable[Settlement]) -> dict[tuple[GatewayId, date], Counter[str]]:
    sums: dict[tuple[GatewayId, date], Counter[str]] = {}
    for one in settlements:
        moved = sums.setdefault((one.gateway, one.day), Counter(dict.fromkeys(_COUNTED, 0)))
        for name in _COUNTED:
            moved[name] += getattr(one, name)
    return sums


def _from_ranges(account: BootAccount, span: tuple[int, int]) -> Line:
    first, last = span
    missing = account.missing.within(first, last)
    return Line(
        assigned=last - first + 1,
        thinned=(account.thinned - account.settled).within(first, last).count,
        pending=account.open.within(first, last).count - missing.count,
        missing=missing.count,
    )


def _row(account: BootAccount) -> dict[str, Any]:
    return {
        "head": account.head,
        "low": account.low,
        "thinned": json.dumps(account.thinned.to_lists()),
        "stored": json.dumps(account.stored.to_lists()),
        "quarantined": json.dumps(account.quarantined.to_lists()),
        "missing": account.missing.count,
    }


def _ranges(text: str) -> Ranges:
    return Ranges(tuple((first, last) for first, last in json.loads(text)))


def _put(
    connection: sa.Connection, table: sa.Table, key: Mapping[str, Any], values: Mapping[str, Any]
) -> None:
    matches = [table.c[name] == value for name, value in key.items()]
    changed = connection.execute(sa.update(table).where(*matches).values(values))
    if changed.rowcount == 0:
        connection.execute(sa.insert(table).values({**key, **values}))
