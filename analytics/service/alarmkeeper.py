"""Keeps alarms up with faults: after each pass of analytics, in one transaction, from the catalog.

Nothing is remembered between two looks but when the last one was, so a restart changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa

from analytics.alarms.grouping import grouped
from analytics.alarms.lifecycle import NEW, Circumstances, Kept, alarms_now
from analytics.alarms.notice import NoticeKind
from analytics.alarms.notices import due
from analytics.alarms.places import Places
from analytics.alarms.policy import Policy, policy
from analytics.faults.fault import Consequence
from analytics.service import alarms, decisions, notices, repairs
from analytics.service.alarmfaults import faults_for_alarms
from analytics.service.outofservice import out_of_service
from analytics.uptime.exclusions import Exclusion
from ingest.contract.clock import Clock
from ingest.contract.period import DAY_US, micros
from ingest.registry.registry import Registry

_EVERY_US: Final = 5_000_000  # a look takes more than a pass of analytics without anything to do
_LATELY_US: Final = 2 * DAY_US  # longer than what comes back is the same alarm
_MENDED: Final = (Consequence.ALARM, Consequence.WARNING)


@dataclass(slots=True, kw_only=True)
class AlarmKeeper:
    """Makes alarms of faults, notices of alarms, and tickets; one runs against a catalog."""

    catalog: sa.Engine
    registry: Callable[[], Registry]
    clock: Clock
    policy: Policy = field(default_factory=policy)
    _looked_at: int | None = field(default=None, init=False)
    _places: Places | None = field(default=None, init=False)

    def step(self) -> None:
        """Look once, unless the last look was just now."""
        now = micros(self.clock.now())
        if self._looked_at is None or not 0 <= now - self._looked_at < _EVERY_US:
            self.look(now)
            self._looked_at = now

    def look(self, now: int) -> None:
        """Bring alarms up to their faults, and write down what is to be told."""
        with self.catalog.begin() as connection:
            since = now - _LATELY_US
            around = Circumstances(
                places=self._places_now(),
                policy=self.policy,
                exclusions=decisions.standing(connection, Exclusion),
                out_of_service=out_of_service(connection, now),
                now=now,
            )
            found = self._keep(connection, alarms.kept_since(connection, since), around, since)
            self._tell(connection, found, now)
            repairs.close_by_themselves(connection, self.policy, now)
            repairs.judge(connection, self.policy, now)

    def _keep(
        self, connection: sa.Connection, kept: Sequence[Kept], around: Circumstances, since: int
    ) -> list[Kept]:
        """Write alarms as they are now, and return them all."""
        faults = faults_for_alarms(connection, since)
        groups = grouped(faults, around.places, around.policy, around.now)
        known = {each.alarm.id: each for each in kept}
        for one in alarms_now(groups, kept, faults, around):
            before = None if one.alarm.id == NEW else known[one.alarm.id]
            written = alarms.put(connection, one, before)
            known[written.alarm.id] = written
        return list(known.values())

    def _tell(self, connection: sa.Connection, found: Sequence[Kept], now: int) -> None:
        told = notices.told(connection, [each.alarm.id for each in found])
        for each in found:
            telling = due(each.alarm, told.get(each.alarm.id, ()), self.policy, now)
            if telling is None:
                continue
            notices.write(connection, each.alarm, telling)
            if telling.kind is NoticeKind.RAISED and each.alarm.consequence in _MENDED:
                repairs.open_for(connection, each.alarm, now)

    def _places_now(self) -> Places:
        registry = self.registry()
        if self._places is None or self._places.registry is not registry:
            self._places = Places(registry)
        return self._places
