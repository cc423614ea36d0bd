"""Facts in columns and ministries' own factors, on either kind of catalog."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
import sqlalchemy as sa

from analytics.daytable import MISSING, DayTable
from analytics.deviceday import DeviceDay
from analytics.factors.grid import Role, grid_factors, look_up
from analytics.lighting.battery import BatteryDay, battery_table
from analytics.pv.days import PvDay, pv_table
from analytics.service import dayfacts, facts, uptime
from analytics.service.ownfactors import all_factors, enter
from analytics.service.tables import DAY_FACT
from analytics.service.tables import METADATA as ANALYTICS
from analytics.uptime.days import of_class, uptime_table
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.registry.tables import METADATA as REGISTRY
from tests.analytics.cases import a_day
from tests.builders import a_device, a_pv_set, an_uptime_day

DAY = date(2026, 10, 30)
NOW = datetime(2026, 10, 31, tzinfo=UTC)


@pytest.fixture
def catalog(empty_catalog: sa.Engine) -> sa.Engine:
    for metadata in (ANALYTICS, REGISTRY):
        metadata.create_all(empty_catalog)
    return empty_catalog


def some_facts() -> list[DeviceDay]:
    lamp, pv = a_device(), a_pv_set()
    return [
        a_day(pv, energy_mwh=2**40, imported_mwh=0),
        a_day(lamp, lit_s=0),
        a_day(lamp, DAY - timedelta(days=400), energy_mwh=5),
        a_day(pv, DAY - timedelta(days=1), distance_m=7),
    ]


def same(one: DayTable, other: DayTable) -> bool:
    return (
        list(one.names) == list(other.names)
        and np.array_equal(one.device, other.device)
        and np.array_equal(one.day, other.day)
        and one.columns.keys() == other.columns.keys()
        and all(np.array_equal(one[name], other[name]) for name in other.columns)
    )


def test_columns_say_what_rows_say(catalog: sa.Engine) -> None:
    with catalog.begin() as connection:
        facts.put_device_days(connection, some_facts())

        assert same(facts.device_table(connection), DayTable.of(facts.device_days(connection)))


def test_days_and_devices_can_be_asked_for(catalog: sa.Engine) -> None:
    with catalog.begin() as connection:
        facts.put_device_days(connection, some_facts())

        found = facts.device_table(connection, first=DAY, last=DAY, devices=["kh-pv-1"])

    assert same(found, DayTable.of(some_facts()[:1]))


def test_no_facts_are_a_table_without_rows(catalog: sa.Engine) -> None:
    with catalog.begin() as connection:
        assert len(facts.device_table(connection)) == 0


def test_uptime_days_in_columns_say_what_they_say_one_by_one(catalog: sa.Engine) -> None:
    lamp, pv = a_device(), a_pv_set()
    days = [
        an_uptime_day(pv.id, DAY, device_class=DeviceClass.SCHOOL_PV, counter_mwh=2**53 + 1),
        an_uptime_day(lamp.id, DAY, up_s=36_000, gauge_mwh=0),
        an_uptime_day(lamp.id, DAY - timedelta(days=1), tail_s=5),
    ]
    with catalog.begin() as connection:
        uptime.put_uptime_days(connection, days)

        everything = uptime.uptime_table(connection)
        last = uptime.uptime_table(connection, DAY, DAY)

    assert same(everything, uptime_table(days))
    assert same(last, uptime_table(days[:2]))
    assert everything["counter_mwh"].tolist() == [MISSING, MISSING, 2**53 + 1]
    assert of_class(everything, DeviceClass.SCHOOL_PV).tolist() == [False, False, True]


def test_battery_and_pv_days_in_columns_say_what_they_say_one_by_one(catalog: sa.Engine) -> None:
    lamps = [
        BatteryDay(
            device=DeviceId(name),
            day=DAY,
            charged_mwh=900_000,
            served_mwh=None,
            lowest_permille=500,
            highest_permille=900,
            lowest_mv=12_000,
            highest_mv=13_900,
            lit_from=1_793_359_800_000_000,
        )
        for name in ("kh-lamp-2", "kh-lamp-1")
    ]
    sets = [
        PvDay(
            device=DeviceId("kh-pv-1"), day=DAY, highest_w=9, flat_hours=0, irradiation_wh_m2=None
        )
    ]
    with catalog.begin() as connection:
        dayfacts.put(connection, [], [*lamps, *sets])

        assert same(dayfacts.table(connection, BatteryDay), battery_table(lamps))
        assert same(dayfacts.table(connection, PvDay, last=DAY), pv_table(sets))
        assert not len(dayfacts.table(connection, PvDay, last=DAY - timedelta(days=1)))


def test_a_battery_day_of_older_software_tells_less(catalog: sa.Engine) -> None:
    body = '{"device":"kh-lamp-1","day":"2026-10-30","charged_mwh":7,"served_mwh":null}'
    row = {"device": "kh-lamp-1", "day": DAY, "kind": "battery", "body": body}
    with catalog.begin() as connection:
        connection.execute(sa.insert(DAY_FACT), [row])

        found = dayfacts.table(connection, BatteryDay)

    assert (found["charged_mwh"].tolist(), found["lit_from"].tolist()) == ([7], [MISSING])


def test_an_own_factor_keeps_its_digits_and_can_be_read_as_it_was_known(
    catalog: sa.Engine,
) -> None:
    known = look_up(grid_factors(), country="KH", role=Role.OM, on=DAY)
    own = replace(known, value=Decimal("0.700"), source="Ministry", u95_percent=Decimal("2.50"))
    with catalog.begin() as connection:
        first = enter(connection, own, actor="somebody", known_at=NOW)
        enter(connection, replace(own, value=Decimal("0.1")), actor="else", known_at=NOW)

        then = all_factors(connection, change=first.change)

    assert then[-1] == first
    assert (str(first.value), str(first.u95_percent)) == ("0.700", "2.50")
    assert (first.change, first.entered_by) == (1, "somebody")
