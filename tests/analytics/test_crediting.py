"""What crediting promises whatever comes in, and the rules that take something off."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.daytable import OverlapError
from analytics.deviceday import DeviceDay
from analytics.factors.grid import Role, grid_factors, look_up
from analytics.methods.method import Choices
from analytics.quoting import half_width_kg, interval_covers
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, GridConnection
from tests.analytics.cases import DAY, a_day, a_vehicle, credited, kg, off_grid
from tests.builders import a_device, a_pv_set

_KWH = 1_000_000
DEVICES: Sequence[Device] = (
    a_device("kh-lamp-1"),
    a_device("kh-lamp-2", handed_over=date(2026, 10, 25)),
    a_pv_set("kh-pv-1", calibrated_until=date(2026, 10, 27)),
    a_pv_set("kh-pv-2", grid_connection=GridConnection.UNKNOWN),
    off_grid(),
    a_vehicle(handed_over=date(2025, 10, 26)),
)
FIRST = date(2026, 10, 20)

number = st.one_of(st.none(), st.integers(0, 2 * 10**9))


@st.composite
def some_facts(draw: st.DrawFn) -> list[DeviceDay]:
    keys = draw(
        st.lists(
            st.tuples(st.sampled_from(DEVICES), st.integers(0, 14)),
            unique_by=lambda key: (key[0].id, key[1]),
            max_size=30,
        )
    )
    return [
        a_day(
            device,
            FIRST + timedelta(days=day),
            energy_mwh=draw(number),
            imported_mwh=draw(number),
            distance_m=draw(number) if device.device_class is DeviceClass.BUS else None,
        )
        for device, day in keys
    ]


@given(some_facts(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_order_of_arrival_does_not_matter(facts: list[DeviceDay], random: Random) -> None:
    shuffled = list(facts)
    random.shuffle(shuffled)

    assert [one.lines for one in credited(DEVICES, facts)] == [
        one.lines for one in credited(DEVICES, shuffled)
    ]


@given(some_facts(), st.integers(1, 13))
@settings(deadline=None)
def test_a_period_split_in_two_adds_up_to_the_whole(facts: list[DeviceDay], cut: int) -> None:
    middle = FIRST + timedelta(days=cut)
    before = [fact for fact in facts if fact.day < middle]

    whole = credited(DEVICES, facts)

    parts = [*credited(DEVICES, before), *credited(DEVICES, facts, first=middle)]
    assert kg(whole) == kg(parts)
    assert sum(each.credited_mwh for each in whole) == sum(each.credited_mwh for each in parts)


@given(some_facts(), st.integers(0, 29))
@settings(deadline=None)
def test_more_data_never_lowers_credited_energy(facts: list[DeviceDay], which: int) -> None:
    """Nor does it without a reason that is told."""
    fewer = [fact for number, fact in enumerate(facts) if number != which]

    more, less = credited(DEVICES, facts), credited(DEVICES, fewer)

    assert sum(each.credited_mwh for each in more) >= sum(each.credited_mwh for each in less)


def test_two_facts_of_one_device_and_day_are_refused() -> None:
    lamp = a_device()

    with pytest.raises(OverlapError, match="two device-days of kh-lamp-1 on 2026-10-30"):
        credited([lamp], [a_day(lamp, energy_mwh=1), a_day(lamp, energy_mwh=2)])


def test_what_is_taken_from_the_grid_is_taken_off() -> None:
    pv = a_pv_set()

    (figure,) = credited([pv], [a_day(pv, energy_mwh=20 * _KWH, imported_mwh=_KWH)])

    assert figure.kg == 19 * Decimal("0.874")


def test_import_counts_where_generation_is_not_believed() -> None:
    """10 kWp cannot give 300 kWh in a day: nothing is credited, and 1 kWh is taken off."""
    pv = a_pv_set()

    (figure,) = credited([pv], [a_day(pv, energy_mwh=300 * _KWH, imported_mwh=_KWH)])

    assert (figure.credited_mwh, figure.kg) == (0, -Decimal("0.874"))
    assert figure.reasons[0].startswith("energy above 1.2 times")


def test_a_meter_whose_certificate_ended_is_credited_less_its_accuracy() -> None:
    """5 % off what it gave, 5 % on what it took, to the milliwatt-hour and against the figure."""
    pv = a_pv_set(calibrated_until=date(2026, 10, 29))
    facts = [a_day(pv, energy_mwh=20 * _KWH + 1, imported_mwh=_KWH + 1)]

    (figure,) = credited([pv], facts)

    generated, imported = figure.lines
    assert (generated.quantity, imported.quantity) == (19 * _KWH, 1_050_002)
    assert figure.reasons == ("calibration expired: credited less its accuracy (devices: 1)",)


def test_a_replaced_lamp_is_credited_at_the_load_that_was_removed() -> None:
    """168 W for 10 h are 1.68 kWh, at 0.588 kg/kWh."""
    choices = Choices(methods={DeviceClass.STREETLIGHT: "AMS-II.L"})
    lamp = a_device(
        removed_load_w=Decimal(168), evidence="photograph", evidence_on=date(2025, 3, 1)
    )

    (figure,) = credited([lamp], [a_day(lamp, lit_s=36_000)], choices=choices)

    assert figure.kg == Decimal("0.98784")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, "not known which lamp"),
        ({"removed_load_w": Decimal(168)}, "no dated evidence of the lamp"),
    ],
)
def test_a_lamp_without_evidence_replaced_none(changed: dict[str, Decimal], reason: str) -> None:
    choices = Choices(methods={DeviceClass.STREETLIGHT: "AMS-II.L"})
    lamp = replace(a_device(), removed_load_w=changed.get("removed_load_w"))

    (figure,) = credited([lamp], [a_day(lamp, lit_s=36_000)], choices=choices)

    assert figure.kg == 0
    assert figure.reasons[0].startswith(reason)


def test_the_closed_interval_is_what_a_monte_carlo_run_finds() -> None:
    """Forty sets of 5 % meters, and a factor of 10 % that is the same for all of them."""
    sets = [a_pv_set(f"kh-pv-{n}", rated_power_w=None, rated_power_basis=None) for n in range(40)]
    energies = [(n + 1) * _KWH for n in range(40)]
    known = look_up(grid_factors(), country="KH", role=Role.CM_INTERMITTENT, on=DAY)
    factor = replace(known, u95_percent=Decimal(10), change=1, source="a ministry")
    facts = [a_day(one, energy_mwh=mwh) for one, mwh in zip(sets, energies, strict=True)]

    figures = credited(sets, facts, factors=[factor])

    random = np.random.default_rng(7)
    kwh = np.arange(1, 41) * (1 + random.normal(0, 0.05 / 1.96, (200_000, 40)))
    drawn = kwh.sum(axis=1) * 0.874 * (1 + random.normal(0, 0.10 / 1.96, 200_000))
    assert float(half_width_kg(figures)) == pytest.approx(1.96 * drawn.std(), rel=0.02)
    assert interval_covers(figures) == "metering, factors"
