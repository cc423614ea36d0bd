"""What holds notices, in memory or in the catalog: both do the same."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa

from analytics.alarms.alarm import Alarm, AlarmId
from analytics.alarms.lifecycle import NEW, Kept
from analytics.alarms.notice import NoticeId, NoticeKind
from analytics.alarms.notices import Told
from analytics.service import alarms, notices
from api.notices.kept import KeptNotices
from api.notices.source import MemoryNotices, NoticeSource
from ingest.contract.period import micros
from tests.api.builders import a_catalog
from tests.api.notices.builders import NOW, a_notice, an_alarm

AT = micros(NOW)


def in_memory(_: sa.Connection, alarm: Alarm) -> tuple[NoticeSource, AlarmId]:
    source = MemoryNotices()
    source.tell(a_notice(alarm), a_notice(alarm, NoticeKind.REPEATED, number=2))
    return source, alarm.id


def in_the_catalog(connection: sa.Connection, alarm: Alarm) -> tuple[NoticeSource, AlarmId]:
    made = alarms.put(connection, Kept(alarm=replace(alarm, id=NEW), faults=frozenset()), None)
    for kind in (NoticeKind.RAISED, NoticeKind.REPEATED):
        notices.write(connection, made.alarm, Told(kind=kind, step=0, at=AT, devices=1))
    return KeptNotices(), made.alarm.id


@pytest.fixture
def connection() -> Iterator[sa.Connection]:
    engine = a_catalog()
    with engine.begin() as opened:
        yield opened
    engine.dispose()


@pytest.mark.parametrize("kept", [in_memory, in_the_catalog])
def test_notices_come_in_order_and_an_alarm_can_be_taken(
    kept: Callable[[sa.Connection, Alarm], tuple[NoticeSource, AlarmId]],
    connection: sa.Connection,
) -> None:
    source, number = kept(connection, an_alarm())

    given = source.given(connection, after=NoticeId(0))
    assert [(each.id, each.kind) for each in given] == [(1, "raised"), (2, "repeated")]
    assert [each.id for each in source.given(connection, after=NoticeId(1))] == [2]
    assert given[0].alarm == source.alarm(connection, number)

    source.acknowledge(connection, number, person="technician-1", at=NOW)
    taken = source.alarm(connection, number)
    assert taken is not None
    assert (taken.acknowledged_by, taken.acknowledged_at) == ("technician-1", AT)
    assert source.alarm(connection, AlarmId(99)) is None
