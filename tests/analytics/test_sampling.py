"""Samples in a zone's figures."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from analytics.avoided import Emissions
from analytics.periods import parse_period
from analytics.quoting import half_width_kg, interval_covers
from analytics.result import period_window, zone_result
from analytics.samples import Sampled
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.registry.model import BuildingType, Lot
from ingest.registry.registry import Entered, Registry
from tests.analytics.cases import a_day
from tests.builders import a_basis, a_pv_set, a_registry, a_zone

SAMPLE = Sampled(
    zone="kh-test",
    device_class=DeviceClass.SCHOOL_PV,
    first=date(2026, 10, 1),
    last=date(2026, 10, 31),
    population=100,
    kwh=[Decimal(n) for n in (400, 600, 500, 700, 800)],
    source="inspection of October",
)


def a_lot() -> Lot:
    return Lot(
        id="lot-1",
        aid_batch="batch-1",
        zone=a_zone().id,
        device_class=DeviceClass.SCHOOL_PV,
        quantity=101,
        signed=None,
        shipped=None,
        accepted=None,
        handed_over=date(2026, 1, 1),
        installed=None,
        rated_power_w=None,
        rated_power_basis=None,
        source="test",
    )


def october(*samples: Sampled) -> Emissions:
    """Return October of 101 sets, one of which is metered and gave 500 kWh."""
    pv = a_pv_set(lot="lot-1", rated_power_w=None, rated_power_basis=None)
    history = [*a_registry(pv).entries, Entered(change=1, valid_from=0, item=a_lot())]
    basis = a_basis(
        Registry(history),
        [a_day(pv, energy_mwh=500_000_000)],
        as_of=micros(datetime(2027, 1, 1, tzinfo=UTC)),
        samples=samples,
    )
    period = period_window(a_zone(), parse_period("2026-10"))
    (figure,) = zone_result(basis, a_zone(), period).emissions
    return figure


def test_the_lower_bound_of_a_sample_is_credited() -> None:
    """60,000 kWh less 2.776445 x sqrt(25,000 / 5 x 0.95) x 100 = 19,135.3 kWh, at 0.874 kg/kWh."""
    figure = october(SAMPLE)

    sampled = figure.kg - 500 * Decimal("0.874")
    assert abs(sampled - Decimal("40864.7") * Decimal("0.874")) < Decimal("0.1")
    assert figure.estimated_mwh == 60_000 * 1_000_000
    assert interval_covers([figure]) == "metering, sampling"
    assert float(half_width_kg([figure])) > 19_135 * 0.874


def test_what_is_sampled_counts_in_the_coverage_as_sampled() -> None:
    coverage = october(SAMPLE).coverage

    assert (coverage.handed_over, coverage.metered) == (101, 1)
    assert (coverage.sampled, coverage.unmonitored) == (100, 0)
    assert coverage.share_percent is not None
    assert coverage.share_percent > 90


def test_a_figure_says_what_of_it_is_a_sample() -> None:
    assert "sample of 5 of 100" in " ".join(october(SAMPLE).reasons)


def test_a_sample_of_other_days_or_classes_or_zones_is_of_another_figure() -> None:
    others = [
        replace(SAMPLE, last=date(2026, 11, 1)),
        replace(SAMPLE, zone="la-test"),
        replace(SAMPLE, device_class=DeviceClass.HOUSEHOLD_PV),
    ]

    assert october(*others).kg == october().kg == 500 * Decimal("0.874")


def test_samples_of_two_months_cover_both_and_count_pieces_once() -> None:
    halves = [
        replace(SAMPLE, last=date(2026, 10, 15)),
        replace(SAMPLE, first=date(2026, 10, 16)),
    ]

    coverage = october(*halves).coverage

    assert (coverage.sampled, coverage.unmonitored) == (100, 0)
    assert coverage.covered_s == october(SAMPLE).coverage.covered_s


def test_samples_of_two_lots_share_what_nobody_meters() -> None:
    """Of 100 sets that nobody meters, a lot of 60 leaves 40 to the other."""
    one = replace(SAMPLE, lot="lot-1", population=60)
    other = replace(SAMPLE, lot="lot-2", population=60)

    figure = october(one, other)

    assert figure.coverage.sampled == 100
    assert figure.estimated_mwh == 600 * (60 + 40) * 1_000_000


def test_sets_off_the_grid_are_a_figure_of_their_own_beside_those_on_it() -> None:
    """40 of the 100 are households of 50 and 60 kWh; 50 and 55 in the first tier, 0 and 5 above."""
    off = replace(
        SAMPLE, population=40, kwh=[Decimal(50), Decimal(60)], building_type=BuildingType.HOUSEHOLD
    )
    pv = a_pv_set(lot="lot-1", rated_power_w=None, rated_power_basis=None)
    history = [*a_registry(pv).entries, Entered(change=1, valid_from=0, item=a_lot())]
    basis = a_basis(
        Registry(history),
        [a_day(pv, energy_mwh=500_000_000)],
        as_of=micros(datetime(2027, 1, 1, tzinfo=UTC)),
        samples=[off],
    )
    period = period_window(a_zone(), parse_period("2026-10"))

    on_grid, households = zone_result(basis, a_zone(), period).emissions

    assert (on_grid.coverage.handed_over, on_grid.kg) == (61, 500 * Decimal("0.874"))
    assert (households.coverage.handed_over, households.coverage.sampled) == (40, 40)
    assert households.estimated_mwh == 40 * 55 * 1_000_000
    assert 0 < households.kg < 40 * (Decimal("52.5") * Decimal("6.8") + Decimal("2.5") * 2)
    assert {line.name for line in households.lines} == {"tier"}
