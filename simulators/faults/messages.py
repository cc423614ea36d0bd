"""How many first messages faults make, by the grouping and the waits that alarms really have."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from analytics.alarms.alarm import AlarmId
from analytics.alarms.grouping import grouped
from analytics.alarms.lifecycle import NEW, Circumstances, Kept, alarms_now
from analytics.alarms.notice import NoticeKind
from analytics.alarms.notices import Told, due
from analytics.alarms.places import Places
from analytics.alarms.policy import policy
from analytics.faults.fault import Consequence, Fault
from ingest.contract.period import DAY_US, Period
from ingest.registry.registry import Registry

_TOLD: Final = (Consequence.ALARM, Consequence.WARNING, Consequence.ENVIRONMENT)
_LATELY_US: Final = 2 * DAY_US
_WAITED_US: Final = 400_000_000  # longer than any rule's alarm waits


def first_messages(registry: Registry, faults: Sequence[Fault], span: Period) -> int:
    """Return how many alarms somebody is told of for the first time in a span.

    Args:
        registry: Where the faults' subjects stand.
        faults: Everything that was found.
        span: Of our clock.
    """
    told = [fault for fault in faults if fault.consequence in _TOLD]
    places = Places(registry)
    instants = {each for fault in told for each in _turns(fault) if each < span.end}
    book = _Book(places)
    return sum(
        book.look(list(_as_known(told, now)), now) for now in sorted(instants) if now in span
    )


def _turns(fault: Fault) -> Iterator[int]:
    """Yield when something may have to be told of a fault."""
    known = max(fault.proven_at, fault.raised_at)
    yield known
    yield known + _WAITED_US
    if fault.cleared_at is not None:
        yield max(fault.cleared_at, known)


def _as_known(faults: Sequence[Fault], now: int) -> Iterator[Fault]:
    """Yield faults as they were known at an instant, without those of long ago."""
    for fault in faults:
        if max(fault.proven_at, fault.raised_at) <= now:
            over = fault.cleared_at
            if over is None or over > now:
                yield replace(fault, cleared_at=None)
            elif over >= now - _LATELY_US:
                yield fault


class _Book:
    """The alarms there are, and what was told of each."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._kept: dict[AlarmId, Kept] = {}
        self._told: dict[AlarmId, list[Told]] = {}

    def look(self, faults: list[Fault], now: int) -> int:
        """Bring alarms up to their faults; return how many are told of for the first time."""
        around = Circumstances(places=self._places, policy=policy(), now=now)
        groups = grouped(faults, self._places, policy(), now)
        for one in alarms_now(groups, self._recent(now), faults, around):
            name = one.alarm.id if one.alarm.id != NEW else AlarmId(len(self._kept) + 1)
            self._kept[name] = replace(one, alarm=replace(one.alarm, id=name))
        return sum(self._tell(name, now) for name in self._kept)

    def _recent(self, now: int) -> list[Kept]:
        return [
            one
            for one in self._kept.values()
            if one.alarm.cleared_at is None or one.alarm.cleared_at >= now - _LATELY_US
        ]

    def _tell(self, name: AlarmId, now: int) -> bool:
        told = self._told.setdefault(name, [])
        telling = due(self._kept[name].alarm, told, policy(), now)
        if telling is None:
            return False
        told.append(telling)
        return telling.kind is NoticeKind.RAISED
