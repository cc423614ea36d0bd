"""Notices and alarms as analytics keep them in the catalog."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from analytics.alarms.action import Action, ActionKind
from analytics.alarms.alarm import Alarm, AlarmId
from analytics.alarms.notice import Notice, NoticeId
from analytics.service import alarms, notices
from ingest.contract.period import micros


class KeptNotices:
    """The notices of a catalog; an acknowledgement is an action like any other there."""

    def given(self, connection: sa.Connection, *, after: NoticeId) -> Sequence[Notice]:
        """Return the notices behind a number, in order."""
        return notices.notices_after(connection, after)

    def alarm(self, connection: sa.Connection, alarm: AlarmId) -> Alarm | None:
        """Return an alarm as it is now."""
        return alarms.alarm(connection, alarm)

    def acknowledge(
        self, connection: sa.Connection, alarm: AlarmId, *, person: str, at: datetime
    ) -> None:
        """Write down that somebody takes an alarm."""
        known = alarms.alarm(connection, alarm)
        if known is not None:
            action = Action(kind=ActionKind.ACKNOWLEDGE, actor=person, at=micros(at))
            alarms.act(connection, known, action)
