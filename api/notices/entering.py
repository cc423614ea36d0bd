"""New notices become deliveries: to whom, in which words, from when on."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from analytics.alarms.alarm import AlarmId
from analytics.alarms.notice import Notice, NoticeKind
from analytics.faults.fault import Priority
from api.notices import deliveries
from api.notices.addressing import Addressed, Round, addressed
from api.notices.deliveries import NOBODY, Delivery, State
from api.notices.links import Links
from api.notices.rota import Rota, rota
from api.notices.source import NoticeSource, is_open
from api.notices.told import Told, told_of
from api.notices.wording import Reply, message
from dashboards.wording.wording import Wording
from ingest.registry.registry import Registry

_LOG = logging.getLogger(__name__)
_DIGITS: Final = range(1, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """What turns notices into deliveries, each notice once."""

    source: NoticeSource
    links: Links
    rota: Rota = field(default_factory=rota)

    def enter(self, connection: sa.Connection, registry: Registry, now: int) -> None:
        """Write down for whom new notices are."""
        for notice in self.source.given(connection, after=deliveries.last_notice(connection)):
            deliveries.put(connection, self._rows(connection, notice, registry, now))

    def _rows(
        self, connection: sa.Connection, notice: Notice, registry: Registry, now: int
    ) -> Sequence[Delivery]:
        """Return the deliveries of a notice; one that has no words holds up no other."""
        try:
            rows = list(self._deliveries(connection, notice, registry, now))
        except (LookupError, ValueError) as error:
            _LOG.error("notice %d cannot be told: %s", notice.id, error)
            return [replace(_to_nobody(notice, now), state=State.FAILED, trouble=str(error))]
        if not rows and notice.kind is not NoticeKind.CLEARED:
            _LOG.warning("notice %d concerns nobody in the registry", notice.id)
        return rows or [_to_nobody(notice, now)]

    def _deliveries(
        self, connection: sa.Connection, notice: Notice, registry: Registry, now: int
    ) -> Iterator[Delivery]:
        told = told_of(notice, registry)
        if told is None:
            return
        timezone = ZoneInfo(told.zone.timezone)
        around = Round(people=registry.people(), rota=self.rota, timezone=timezone, now=now)
        heard = deliveries.told(connection, notice.alarm.id)
        for each in addressed(notice, around, heard):
            yield self._delivery(connection, told, each, now)

    def _delivery(self, connection: sa.Connection, told: Told, to: Addressed, now: int) -> Delivery:
        notice, person = told.notice, to.person
        over = notice.kind is NoticeKind.CLEARED
        reply = Reply() if over else self._reply(connection, person.id, notice.alarm.id, now)
        words = message(told, Wording(person.language), reply)
        return Delivery(
            notice=notice.id,
            alarm=notice.alarm.id,
            kind=notice.kind,
            zone=notice.alarm.zone,
            person=person.id,
            urgent=notice.alarm.priority is Priority.HIGH and not over,
            digit=reply.digit,
            title=words.title,
            short=words.short,
            long=words.long,
            made_at=now,
            due_at=to.send_at,
            held=to.held,
        )

    def _reply(self, connection: sa.Connection, person: str, alarm: AlarmId, now: int) -> Reply:
        digit = self._digit(connection, person, alarm)
        return Reply(digit=digit, link=self.links.link(alarm, person, now))

    def _digit(self, connection: sa.Connection, person: str, alarm: AlarmId) -> int | None:
        """Return by which digit somebody takes an alarm: the same as before, else a free one."""
        meant = deliveries.digits(connection, person)
        own: Sequence[int] = [digit for digit, other in meant.items() if other == alarm]
        free = (digit for digit in _DIGITS if self._is_free(connection, meant.get(digit)))
        return own[0] if own else next(free, None)

    def _is_free(self, connection: sa.Connection, alarm: AlarmId | None) -> bool:
        return alarm is None or not is_open(self.source.alarm(connection, alarm))


def _to_nobody(notice: Notice, now: int) -> Delivery:
    return Delivery(
        notice=notice.id,
        alarm=notice.alarm.id,
        kind=notice.kind,
        zone=notice.alarm.zone,
        person=NOBODY,
        urgent=notice.alarm.priority is Priority.HIGH,
        digit=None,
        title="",
        short="",
        long="",
        made_at=now,
        due_at=now,
        state=State.NOBODY,
    )
