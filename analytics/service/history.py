"""What came late is history: it is held against the rules while there is time, and pages nobody.

After an outage it is much, so it is taken in bites of a quarter of a day of a zone's devices of one
class, the oldest first, and in a tenth of the time: what comes in time waits for one bite.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Final

import sqlalchemy as sa

from analytics.faults.reconcile import reconciled
from analytics.service.faults import faults_within, put_faults
from analytics.service.fleets import Fleets, Group, groups_of
from analytics.service.heard import last_words, newer, put_last_words
from analytics.service.news import Hours, News
from analytics.service.pace import Pace
from ingest.contract.period import DAY_US, HOUR_US
from ingest.registry.registry import Registry

_AT_A_TIME: Final = timedelta(seconds=5)  # [assumed] a technician waits a minute at most
_BITE_US: Final = 6 * HOUR_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Bite:
    """Hours near each other in which something of a group is new."""

    start: int  # microseconds
    group: Group
    hours: Hours


@dataclass(slots=True, kw_only=True)
class History:
    """Writes the history of faults, beside a watch over what is live."""

    catalog: sa.Engine
    news: News
    fleets: Fleets
    _pace: Pace = field(default_factory=Pace, init=False)
    _whole_at: int = field(default=0, init=False)  # when nothing was left

    def look(self, registry: Registry, now: int) -> int:
        """Hold what is new against the rules, as far as there is time; return faults changed."""
        if not self._pace.is_due():
            return 0
        began, changed = monotonic(), 0
        left = deque(_bites(registry, self.news.take_history(now)))
        if not left:
            return 0
        try:
            while left:
                changed += self._bite(registry, left[0], now)
                left.popleft()
                if monotonic() - began >= _AT_A_TIME.total_seconds():
                    break
        finally:
            for bite in left:  # a later look takes them up
                self.news.add(bite.hours)
            self._pace.took(monotonic() - began)
        if not left:
            self._whole_at = now
        return changed

    def _bite(self, registry: Registry, bite: Bite, now: int) -> int:
        hours = set[int]().union(*bite.hours.values())
        with self.catalog.connect() as connection:
            known = faults_within(connection, min(hours) - DAY_US)
            words = last_words(connection)
        fleet = self.fleets.of(registry, bite.group)
        outcome = self.fleets.judged(fleet, hours, known, since=self._whole_at, now=now)
        changed = reconciled(known, outcome.faults)
        with self.catalog.begin() as connection:
            put_faults(connection, changed, changed_at=now)
            put_last_words(connection, newer(words, outcome.words))
        return len(changed)


def _bites(registry: Registry, hours: Hours) -> list[Bite]:
    """Return hours in bites, the oldest first; those of devices that are gone are let go."""
    return sorted(
        (bite for group in groups_of(registry) for bite in _of_group(group, hours)),
        key=lambda bite: bite.start,
    )


def _of_group(group: Group, hours: Hours) -> Iterator[Bite]:
    by_start: dict[int, Hours] = {}
    for device in group.devices:
        for hour in hours.get(device.id, ()):
            near = by_start.setdefault(hour - hour % _BITE_US, {})
            near.setdefault(device.id, set()).add(hour)
    for start, own in by_start.items():
        yield Bite(start=start, group=group, hours=own)
