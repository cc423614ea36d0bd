"""From faults in the catalog to alarms, notices and tickets, on either kind of database."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from analytics.alarms.action import Action, ActionKind
from analytics.faults.fault import Consequence, Fault
from analytics.holders import Holder, Of
from analytics.service import alarms, decisions, notices, repairs
from analytics.service.alarmkeeper import AlarmKeeper
from analytics.service.alarmtables import ALARM, METADATA
from analytics.service.faults import put_faults
from analytics.uptime.exclusions import Exclusion, Reason
from api.catalog import MIGRATIONS
from ingest.catalog import upgrade
from ingest.contract.clock import ManualClock
from ingest.contract.period import Period, instant
from ingest.registry.registry import Registry
from tests.analytics.alarms.builders import (
    DAY,
    HOUR,
    MINUTE,
    START,
    a_fault,
    a_programme,
    cleared,
)

KNOWN = START + 15 * MINUTE
TOLD = KNOWN + 6 * MINUTE


@pytest.fixture
def catalog(empty_catalog: sa.Engine) -> sa.Engine:
    METADATA.create_all(empty_catalog)
    return empty_catalog


def a_keeper(catalog: sa.Engine, registry: Registry | None = None) -> AlarmKeeper:
    programme = registry or a_programme()
    return AlarmKeeper(
        catalog=catalog,
        registry=lambda: programme,
        clock=ManualClock(datetime(2026, 10, 1, tzinfo=UTC)),
    )


def found(catalog: sa.Engine, faults: Iterable[Fault]) -> None:
    """Write faults as a watch does: what is known of one is replaced."""
    with catalog.begin() as connection:
        put_faults(connection, list(faults), changed_at=START)


def said(catalog: sa.Engine) -> list[tuple[str, str, int]]:
    with catalog.connect() as connection:
        given = notices.notices_after(connection, 0)
    return [(each.alarm.cause.subject, str(each.kind), each.step) for each in given]


def acted(
    catalog: sa.Engine, number: int, kind: ActionKind, at: int, until: int | None = None
) -> None:
    with catalog.begin() as connection:
        known = alarms.alarm(connection, number)
        assert known is not None
        alarms.act(connection, known, Action(kind=kind, actor="a-technician", at=at, until=until))


def test_a_fault_is_told_of_once_however_often_one_looks_and_restarts(catalog: sa.Engine) -> None:
    found(catalog, [a_fault("lamp_out", "lamp-0-1", evidence={"load_power": 0.5})])

    for now in (KNOWN, TOLD, TOLD, TOLD + MINUTE):
        a_keeper(catalog).look(now)

    assert said(catalog) == [("lamp-0-1", "raised", 0)]
    with catalog.connect() as connection:
        (notice,) = notices.notices_after(connection, 0)
        (ticket,) = repairs.repairs(connection)
        assert notice.alarm == alarms.alarm(connection, notice.alarm.id)
    assert notice.due_at == TOLD
    assert notice.alarm.evidence == {"load_power": 0.5}
    assert (ticket.alarm, ticket.opened_at) == (notice.alarm.id, TOLD)


def test_acknowledging_ends_the_escalation_and_clearing_is_told(catalog: sa.Engine) -> None:
    keeper, lamp = a_keeper(catalog), a_fault("lamp_out", "lamp-0-1")
    found(catalog, [lamp])
    keeper.look(TOLD)
    keeper.look(TOLD + 4 * HOUR)
    acted(catalog, 1, ActionKind.ACKNOWLEDGE, TOLD + 5 * HOUR)
    keeper.look(TOLD + 2 * DAY)
    found(catalog, [cleared(lamp, TOLD + 2 * DAY)])
    keeper.look(TOLD + 2 * DAY + HOUR)

    assert said(catalog) == [
        ("lamp-0-1", "raised", 0),
        ("lamp-0-1", "escalated", 1),
        ("lamp-0-1", "cleared", 1),
    ]
    with catalog.connect() as connection:
        known = alarms.alarm(connection, 1)
        assert known is not None
        assert known.acknowledged_by == "a-technician"
        assert [each.kind for each in alarms.actions(connection, 1)] == ["acknowledge"]


def test_a_storm_over_three_thousand_devices_is_told_in_at_most_five_notices(
    catalog: sa.Engine,
) -> None:
    keeper = a_keeper(catalog, a_programme(60, 50))
    for minute in range(15):
        gateways = range(minute * 4, minute * 4 + 4)
        at = START + minute * MINUTE
        silent = [
            a_fault("device_silent", f"lamp-{n}-{lamp}", at) for n in gateways for lamp in range(50)
        ]
        found(catalog, [*silent, *(a_fault("gateway_down", f"gw-{n}", at) for n in gateways)])
        keeper.look(at + 15 * MINUTE)
    keeper.look(START + 40 * MINUTE)

    raised = [each for each in said(catalog) if each[1] == "raised"]
    assert len(raised) <= 5
    assert len(said(catalog)) <= 5


def test_a_replayed_week_is_told_to_nobody(catalog: sa.Engine) -> None:
    lamps = [
        cleared(a_fault("lamp_out", f"lamp-0-{n}", START - n * HOUR, late=True), START)
        for n in range(4)
    ]
    found(catalog, lamps)

    for hour in range(30):
        a_keeper(catalog).look(START + hour * HOUR)

    assert said(catalog) == []


def test_planned_work_silences_until_it_is_over(catalog: sa.Engine) -> None:
    planned = Exclusion(
        of=Of(holder=Holder.SITE, id="site-0"),
        device_class=None,
        period=Period(START, START + DAY),
        reason=Reason.MAINTENANCE,
        text="new lamps",
    )
    with catalog.begin() as connection:
        decisions.enter(connection, planned, actor="a-manager", at=instant(START))
    found(catalog, [a_fault("lamp_out", "lamp-0-1")])
    keeper = a_keeper(catalog)
    keeper.look(TOLD)
    before = said(catalog)

    keeper.look(START + DAY)

    assert (before, said(catalog)) == ([], [("lamp-0-1", "raised", 0)])


def test_air_opens_no_ticket(catalog: sa.Engine) -> None:
    exceeded = a_fault("limit_exceeded", "lamp-0-1", consequence=Consequence.ENVIRONMENT)
    found(catalog, [exceeded])

    a_keeper(catalog).look(TOLD)

    with catalog.connect() as connection:
        assert repairs.repairs(connection) == []
    assert said(catalog) == [("lamp-0-1", "raised", 0)]


def test_a_ticket_that_nobody_took_closes_with_its_alarm(catalog: sa.Engine) -> None:
    keeper, lamp = a_keeper(catalog), a_fault("lamp_out", "lamp-0-1")
    found(catalog, [lamp])
    keeper.look(TOLD)
    found(catalog, [cleared(lamp, TOLD + HOUR)])
    keeper.look(TOLD + 2 * HOUR)
    keeper.look(TOLD + 8 * HOUR)

    with catalog.connect() as connection:
        (ticket,) = repairs.repairs(connection)
    assert (ticket.closed_at, ticket.closed_by, ticket.helped) == (TOLD + 8 * HOUR, None, None)


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        pytest.param(None, True, id="it stays away"),
        pytest.param(3 * DAY, False, id="it is back after three days"),
        pytest.param(9 * DAY, True, id="another one after nine days"),
    ],
)
def test_readings_say_whether_a_repair_helped(
    catalog: sa.Engine,
    again: int | None,
    expected: bool,  # noqa: FBT001 - a table
) -> None:
    keeper, lamp = a_keeper(catalog), a_fault("lamp_out", "lamp-0-1")
    found(catalog, [lamp])
    keeper.look(TOLD)
    with catalog.begin() as connection:
        (ticket,) = repairs.repairs(connection)
        repairs.assign(connection, ticket, "a-technician", TOLD)
        repairs.close(
            connection, ticket, by="a-technician", at=TOLD + HOUR, cause="fuse", parts="one fuse"
        )
    found(catalog, [cleared(lamp, TOLD + HOUR + 10 * MINUTE)])
    if again is not None:
        found(catalog, [a_fault("lamp_out", "lamp-0-1", TOLD + again)])

    keeper.look(TOLD + 5 * DAY)
    keeper.look(TOLD + 10 * DAY)

    with catalog.connect() as connection:
        assert repairs.repairs(connection)[0].helped is expected


def test_a_closed_ticket_is_closed_once(catalog: sa.Engine) -> None:
    found(catalog, [a_fault("lamp_out", "lamp-0-1")])
    a_keeper(catalog).look(TOLD)
    with catalog.begin() as connection:
        (ticket,) = repairs.repairs(connection)
        repairs.close(connection, ticket, by="one", at=TOLD, cause="fuse", parts="")

    with catalog.connect() as connection, pytest.raises(repairs.RepairClosedError):
        repairs.close(
            connection, repairs.repairs(connection)[0], by="two", at=TOLD, cause="", parts=""
        )


def test_the_keeper_overwrites_nothing_that_people_did(catalog: sa.Engine) -> None:
    keeper, lamp = a_keeper(catalog), a_fault("lamp_out", "lamp-0-1")
    found(catalog, [lamp])
    keeper.look(KNOWN)
    with catalog.connect() as connection:
        kept = alarms.kept_since(connection, 0)
    acted(catalog, 1, ActionKind.ACKNOWLEDGE, KNOWN + MINUTE)
    acted(catalog, 1, ActionKind.SHELVE, KNOWN + MINUTE, until=KNOWN + DAY)

    with catalog.begin() as connection:
        alarms.put(connection, kept[0], kept[0])
        row = connection.execute(sa.select(ALARM)).one()

    assert (row.acknowledged_by, row.shelved_until) == ("a-technician", KNOWN + DAY)


@pytest.mark.parametrize(
    "change", ["UPDATE alarm_action SET actor = 'me'", "DELETE FROM alarm_action"]
)
def test_what_people_did_is_only_ever_added_to(empty_catalog: sa.Engine, change: str) -> None:
    upgrade(empty_catalog, MIGRATIONS)
    found(empty_catalog, [a_fault("lamp_out", "lamp-0-1")])
    a_keeper(empty_catalog).look(TOLD)
    acted(empty_catalog, 1, ActionKind.ACKNOWLEDGE, TOLD)

    with empty_catalog.begin() as connection, pytest.raises(DBAPIError, match="only ever added to"):
        connection.execute(sa.text(change))
