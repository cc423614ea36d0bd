"""Figures, against tonnes worked out on paper."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from analytics.avoided import Emissions
from analytics.crediting import Case, Expected, emissions
from analytics.daytable import DayTable
from analytics.deviceday import DeviceDay, EnergySource
from analytics.factors.grid import FactorNotFoundError, Role, grid_factors, look_up
from analytics.figures import Status, Unit, written
from analytics.quoting import half_width_kg
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, GridConnection
from tests.builders import a_device, a_pv_set, a_zone

_DAY = date(2026, 10, 30)


def _day(device: Device, energy_mwh: int | None, covered_s: int = 86_400) -> DeviceDay:
    return DeviceDay(
        device=DeviceId(device.id),
        day=_DAY,
        device_class=device.device_class,
        records=288,
        covered_s=covered_s,
        energy_mwh=energy_mwh,
        energy_source=EnergySource.GAUGE,
        lit_s=36_000,
    )


def _emissions(
    devices: Sequence[Device], facts: Sequence[DeviceDay], country: str = "KH"
) -> list[Emissions]:
    return emissions(
        Case(
            zone=a_zone(country=country, grid=country),
            devices=devices,
            facts=DayTable.of(facts),
            factors=grid_factors(),
            on=_DAY,
            expected=dict.fromkeys(DeviceClass, Expected(86_400)),
        )
    )


@pytest.mark.parametrize(
    ("country", "device", "kwh", "kg"),
    [
        pytest.param("KH", a_device(), "0.6", "0.3528", id="a lamp's night: 0.6 kWh x 0.588"),
        pytest.param("LA", a_device(), "0.6", "0.333", id="in Laos: 0.6 x 0.555"),
        pytest.param("SC", a_device(), "0.6", "0.2874", id="in Seychelles: 0.6 x 0.479"),
        pytest.param("KH", a_pv_set(), "40.5", "35.397", id="a school's day: 40.5 x 0.874"),
        pytest.param("LA", a_pv_set(), "40.5", "35.478", id="in Laos: 40.5 x 0.876"),
    ],
)
def test_energy_times_the_factor_of_the_methods_role(
    country: str, device: Device, kwh: str, kg: str
) -> None:
    energy_mwh = int(Decimal(kwh) * 1_000_000)

    (figure,) = _emissions([device], [_day(device, energy_mwh)], country)

    assert figure.kg == Decimal(kg)
    assert figure.gas == "CO2"


@pytest.mark.parametrize(
    ("device", "reason"),
    [
        (a_pv_set(grid_connection=GridConnection.UNKNOWN), "not known whether"),
        (a_pv_set(grid_connection=GridConnection.OFF), "not known what kind of building"),
        (a_pv_set(rated_power_w=Decimal(15_000_001)), "above 15 MW"),
        (a_device(grid_connection=GridConnection.ON), "lamp on the grid"),
        (a_pv_set(rated_power_w=Decimal(100)), "energy above 1.2 times rated power"),
        (a_pv_set(handed_over=date(2026, 10, 31)), "before it was handed over"),
    ],
)
def test_what_a_method_does_not_cover_is_measured_and_not_credited(
    device: Device, reason: str
) -> None:
    (figure,) = _emissions([device], [_day(device, 3_000_000)])

    assert (figure.measured_mwh, figure.credited_mwh) == (3_000_000, 0)
    assert figure.kg == Decimal(0)
    assert len(figure.reasons) == 1
    assert figure.reasons[0].startswith(reason)


def test_what_is_dated_counts_on_its_days() -> None:
    """The set was connected to the grid on the 30th; the day before it was another method's."""
    later, before = a_pv_set(), a_pv_set(grid_connection=GridConnection.OFF)
    facts = [_day(later, 2_000_000), replace(_day(later, 1_000_000), day=date(2026, 10, 29))]

    on_the_grid, off_it = emissions(
        Case(
            zone=a_zone(),
            devices=[later],
            facts=DayTable.of(facts),
            factors=grid_factors(),
            on=_DAY,
            expected=dict.fromkeys(DeviceClass, Expected(2 * 86_400)),
            versions=lambda device: [(0, before), (_DAY.toordinal(), device)],
        )
    )

    assert (on_the_grid.measured_mwh, on_the_grid.credited_mwh) == (2_000_000, 2_000_000)
    assert (off_it.measured_mwh, off_it.credited_mwh) == (1_000_000, 0)


def test_every_device_handed_over_counts_in_the_coverage() -> None:
    heard, never_heard = a_device("kh-lamp-1"), a_device("kh-lamp-2")

    (figure,) = _emissions([heard, never_heard], [_day(heard, 600_000, covered_s=64_800)])

    assert (figure.coverage.handed_over, figure.coverage.metered) == (2, 1)
    assert figure.coverage.share_percent == Decimal("37.5")
    assert figure.status is Status.FOR_REVIEW


def test_without_data_there_is_no_figure() -> None:
    (figure,) = _emissions([a_device()], [])

    assert figure.status is Status.NO_DATA


def test_an_assumed_input_travels_with_the_figure() -> None:
    (figure,) = _emissions([a_device()], [])

    assert figure.assumed_inputs == ("lamp load 60 W (assumed; plausibility cap only)",)


def test_meters_accuracies_add_up_in_quadrature() -> None:
    devices = [a_device("kh-lamp-1"), a_device("kh-lamp-2")]
    facts = [_day(devices[0], 60_000_000), _day(devices[1], 80_000_000)]

    figures = _emissions([a_device(d.id, rated_power_w=Decimal(10_000)) for d in devices], facts)

    # 5 % of 60 and of 80 kWh are 3 and 4 kWh, together 5 kWh, times 0.588 kg/kWh.
    assert half_width_kg(figures) == Decimal("2.94")


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        ("0.3528", Unit.KG_CO2, "0.353"),
        ("0.0005", Unit.KG_CO2, "0.000"),
        ("0.0015", Unit.KG_CO2, "0.002"),
        ("12.25", Unit.T_CO2, "12.2"),
        ("12.35", Unit.T_CO2, "12.4"),
        ("-0.04", Unit.T_CO2, "0.0"),
        ("-0.06", Unit.T_CO2, "-0.1"),
        ("74.65", Unit.PERCENT, "74.6"),
    ],
)
def test_numbers_are_rounded_once_half_to_even(value: str, unit: Unit, text: str) -> None:
    assert written(Decimal(value), unit) == text


def test_a_look_up_that_finds_none_names_what_it_looked_for() -> None:
    with pytest.raises(FactorNotFoundError, match=r"no .*XX, om, IFI .*on 2026-10-30"):
        look_up(grid_factors(), country="XX", role=Role.OM, on=_DAY)


def test_a_look_up_that_finds_two_is_an_error() -> None:
    twice = [*grid_factors(), *grid_factors()]

    with pytest.raises(FactorNotFoundError, match="2 grid emission factors for KH, om, IFI"):
        look_up(twice, country="KH", role=Role.OM, on=_DAY)
