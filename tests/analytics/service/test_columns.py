"""Facts in columns and ministries' own factors, on either kind of catalog."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import pytest
import sqlalchemy as sa

from analytics.daytable import COLUMNS, DayTable
from analytics.deviceday import DeviceDay
from analytics.factors.grid import Role, grid_factors, look_up
from analytics.service import facts
from analytics.service.ownfactors import all_factors, enter
from analytics.service.tables import METADATA as ANALYTICS
from ingest.registry.tables import METADATA as REGISTRY
from tests.analytics.cases import a_day
from tests.builders import a_device, a_pv_set

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
        and all(np.array_equal(one[name], other[name]) for name in COLUMNS)
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
