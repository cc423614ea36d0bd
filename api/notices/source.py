"""Where notices come from, and where an acknowledgement goes: what sending needs of alarms."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa

from analytics.alarms.alarm import Alarm, AlarmId, Condition
from analytics.alarms.notice import Notice, NoticeId, NoticeKind
from ingest.contract.period import micros


class NoticeSource(Protocol):
    """Notices and alarms, read and answered within a transaction that is open."""

    def given(self, connection: sa.Connection, *, after: NoticeId) -> Sequence[Notice]:
        """Return the notices behind a number, in order."""
        ...

    def alarm(self, connection: sa.Connection, alarm: AlarmId) -> Alarm | None:
        """Return an alarm as it is now."""
        ...

    def acknowledge(
        self, connection: sa.Connection, alarm: AlarmId, *, person: str, at: datetime
    ) -> None:
        """Write down that somebody takes an alarm."""
        ...


@dataclass(slots=True)
class MemoryNotices:
    """Notices held in memory."""

    notices: list[Notice] = field(default_factory=list)
    alarms: dict[AlarmId, Alarm] = field(default_factory=dict)

    def tell(self, *notices: Notice) -> None:
        """Give notices out; their alarms are from now on as they say."""
        self.notices += notices
        self.alarms |= {each.alarm.id: each.alarm for each in notices}

    def given(self, connection: sa.Connection, *, after: NoticeId) -> Sequence[Notice]:  # noqa: ARG002 - the port's
        """Return the notices behind a number, in order."""
        return [each for each in self.notices if each.id > after]

    def alarm(self, connection: sa.Connection, alarm: AlarmId) -> Alarm | None:  # noqa: ARG002 - the port's
        """Return an alarm as it is now."""
        return self.alarms.get(alarm)

    def acknowledge(
        self,
        connection: sa.Connection,  # noqa: ARG002 - the port's
        alarm: AlarmId,
        *,
        person: str,
        at: datetime,
    ) -> None:
        """Write down that somebody takes an alarm."""
        known = self.alarms[alarm]
        self.alarms[alarm] = replace(known, acknowledged_at=micros(at), acknowledged_by=person)


def is_open(alarm: Alarm | None) -> bool:
    """Tell whether an alarm still looks for somebody who takes it."""
    return (
        alarm is not None and alarm.condition is Condition.ACTIVE and alarm.acknowledged_at is None
    )


def is_worth(notice: NoticeKind, alarm: Alarm | None, now: int) -> bool:
    """Tell whether a notice still is to be told, by its alarm as it is now."""
    if notice is NoticeKind.CLEARED:
        return True
    if alarm is None or alarm.suppressed or alarm.out_of_service:
        return False
    if alarm.shelved_until is not None and alarm.shelved_until > now:
        return False
    # Whoever took it has not heard that it has grown.
    grown = notice is NoticeKind.GROWN and alarm.condition is Condition.ACTIVE
    return grown or is_open(alarm)
