"""A zone's result from the registry's history and a few facts."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from analytics.deviceday import DeviceDay, EnergySource
from analytics.periods import parse_period
from analytics.result import ZoneResult, period_window, zone_result
from analytics.uptime.days import UptimeDay
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.registry.model import Device, GridConnection, Lot
from ingest.registry.registry import Entered, Registry
from tests.builders import a_basis, a_device, a_pv_set, a_registry, a_zone, an_uptime_day

_AFTER = micros(datetime(2027, 1, 1, tzinfo=UTC))


def _fact(device: Device, day: date, *, energy_mwh: int = 600_000) -> DeviceDay:
    return DeviceDay(
        device=device.id,
        day=day,
        device_class=device.device_class,
        records=288,
        covered_s=86_400,
        energy_mwh=energy_mwh,
        energy_source=EnergySource.GAUGE,
        lit_s=None,
    )


def _result(
    registry: Registry,
    facts: Sequence[DeviceDay],
    period: str,
    as_of: int = _AFTER,
    uptime: Sequence[UptimeDay] = (),
) -> ZoneResult:
    basis = a_basis(registry, facts=facts, uptime=uptime, as_of=as_of)
    return zone_result(basis, a_zone(), period_window(a_zone(), parse_period(period)))


def test_the_night_of_the_31st_belongs_to_its_month() -> None:
    lamp = a_device()
    facts = [_fact(lamp, date(2026, 9, 30)), _fact(lamp, date(2026, 10, 31))]

    october = _result(a_registry(lamp), facts, "2026-10")

    assert october.kg == Decimal("0.3528")


def test_a_grid_connection_counts_from_its_date() -> None:
    before = a_pv_set(grid_connection=GridConnection.UNKNOWN)
    after = a_pv_set(grid_connection=GridConnection.ON)
    start = micros(datetime(2026, 10, 10, tzinfo=UTC))
    history = [
        *a_registry(before).entries,
        Entered(change=2, valid_from=start, item=after),
    ]
    facts = [_fact(after, date(2026, 10, day), energy_mwh=1_000_000) for day in (9, 11, 12)]

    october = _result(Registry(history), facts, "2026-10")

    assert october.kg == 2 * Decimal("0.874")
    (figure,) = october.emissions
    assert figure.measured_mwh == 3_000_000


def test_what_is_handed_over_later_is_not_counted_yet() -> None:
    now, later = a_device("kh-lamp-1"), a_device("kh-lamp-2", handed_over=date(2026, 11, 1))

    october = _result(a_registry(now, later), [], "2026-10")

    assert [device.id for device in october.devices] == [now.id]


@pytest.mark.parametrize(
    ("lit_h", "proven"),
    [(5, "50"), (24, "100"), (0, "0")],
    ids=["half the night", "never more than the night", "dark"],
)
def test_light_is_capped_each_night_and_unknown_is_not_proven(lit_h: int, proven: str) -> None:
    """From 19:00 to 05:00 are 10 h, all of them dark in October."""
    lamp = a_device(schedule="19:00..05:00")
    spent = [an_uptime_day(lamp.id, date(2026, 10, 30), up_s=lit_h * 3600)]

    result = _result(a_registry(lamp), [], "2026-10-30..2026-10-30", uptime=spent)

    assert result.light.required_s == 36_000
    assert result.light.proven_percent == Decimal(proven)


def test_only_the_part_that_has_passed_is_expected() -> None:
    lamp = a_device(schedule="19:00..05:00")
    ten_in_the_evening = micros(datetime(2026, 10, 30, 15, tzinfo=UTC))

    result = _result(a_registry(lamp), [], "2026-10-30..2026-10-30", as_of=ten_in_the_evening)

    assert result.light.required_s == 3 * 3600
    assert result.coverage.expected_s == timedelta(hours=10).total_seconds()


@pytest.mark.parametrize(
    ("handed", "pieces"),
    [(date(2026, 1, 1), 10), (date(2026, 10, 31), 10), (date(2026, 11, 1), 1), (None, 1)],
    ids=["before", "on the last day", "after", "not known"],
)
def test_pieces_of_a_lot_that_nobody_registered_count_as_silent(
    handed: date | None, pieces: int
) -> None:
    """Of a lot of ten lamps one is registered, and was lit all night."""
    lamp = a_device(lot="lot-1", schedule="sunset..sunrise")
    history = [*a_registry(lamp).entries, Entered(change=1, valid_from=0, item=_lot(handed))]
    days = [date(2026, 10, day) for day in range(1, 32)]
    spent = [an_uptime_day(lamp.id, day, up_s=86_400) for day in days]

    result = _result(Registry(history), [_fact(lamp, day) for day in days], "2026-10", uptime=spent)

    assert (result.equipment.count, result.light.lamps) == (pieces, pieces)
    assert result.coverage.share_percent == 100 / Decimal(pieces)
    assert result.light.proven_percent == pytest.approx(100 / Decimal(pieces), abs=Decimal("0.01"))
    (figure,) = result.emissions
    assert (figure.coverage.handed_over, figure.coverage.metered) == (pieces, 1)


def _lot(handed: date | None) -> Lot:
    return Lot(
        id="lot-1",
        aid_batch="batch-1",
        zone=a_zone().id,
        device_class=DeviceClass.STREETLIGHT,
        quantity=10,
        signed=None,
        shipped=None,
        accepted=None,
        handed_over=handed,
        installed=None,
        rated_power_w=None,
        rated_power_basis=None,
        source="test",
    )


def test_gateways_are_not_equipment_that_was_donated() -> None:
    lamp, box = a_device(), a_device("kh-gw-1", device_class=DeviceClass.GATEWAY)

    assert [each.id for each in _result(a_registry(lamp, box), [], "2026-10").devices] == [lamp.id]
