"""Off-grid sets, against tonnes worked out on paper by AMS-I.L's tiers."""

from datetime import date
from decimal import Decimal

import pytest

from analytics.methods.method import Choices
from analytics.methods.tiers import building_types, tiers_of
from ingest.contract.metric import DeviceClass
from ingest.registry.model import BuildingType, Device
from tests.analytics.cases import DAY, a_day, credited, kg, off_grid

_KWH = 1_000_000


def test_every_building_type_of_the_registry_has_tiers() -> None:
    assert set(BuildingType) <= set(building_types())


@pytest.mark.parametrize(
    ("kwh", "mass"),
    [(20, "136"), (55, "374"), (105, "439")],
    ids=["20 x 6.8", "55 x 6.8", "374 + 50 x 1.3"],
)
def test_a_households_year_begins_in_the_first_tier(kwh: int, mass: str) -> None:
    home = off_grid()

    (figure,) = credited([home], [a_day(home, energy_mwh=kwh * _KWH)])

    assert figure.kg == Decimal(mass)
    assert figure.method.id == "AMS-I.L"


def test_what_came_before_in_the_year_decides_the_tier() -> None:
    """50 kWh in January leave 5 of the first tier for October: 5 x 6.8 + 15 x 1.3 kg."""
    home = off_grid()
    january, october = date(2026, 1, 5), date(2026, 10, 30)
    facts = [a_day(home, january, energy_mwh=50 * _KWH), a_day(home, energy_mwh=20 * _KWH)]

    (figure,) = credited([home], facts, first=date(2026, 10, 1), on=october)

    assert figure.kg == Decimal("53.5")
    assert figure.credited_mwh == 20 * _KWH


def test_a_new_year_begins_anew() -> None:
    home = off_grid()
    facts = [
        a_day(home, date(2025, 12, 31), energy_mwh=55 * _KWH),
        a_day(home, date(2026, 1, 1), energy_mwh=55 * _KWH),
    ]

    assert kg(credited([home], facts)) == 2 * Decimal(374)


def test_each_unit_has_tiers_of_its_own() -> None:
    homes = [off_grid(), off_grid(id="kh-home-2")]

    figures = credited(homes, [a_day(home, energy_mwh=55 * _KWH) for home in homes])

    assert kg(figures) == 2 * Decimal(374)


@pytest.mark.parametrize(
    ("home", "reason"),
    [
        (off_grid(evidence=None, evidence_on=None), "no dated proof that there is no grid"),
        (off_grid(evidence_on=date(2026, 10, 31)), "no dated proof that there is no grid"),
        (off_grid(building_type=None), "not known what kind of building"),
        (off_grid(feeds="la-bus-1"), "charges vehicles off the grid"),
    ],
)
def test_what_is_not_proved_earns_nothing_and_says_why(home: Device, reason: str) -> None:
    (figure,) = credited([home], [a_day(home, energy_mwh=20 * _KWH)])

    assert (figure.kg, figure.measured_mwh) == (Decimal(0), 20 * _KWH)
    assert figure.reasons[0].startswith(reason)


def test_proof_counts_from_its_day_on() -> None:
    home = off_grid(evidence_on=DAY)
    facts = [
        a_day(home, date(2026, 10, 29), energy_mwh=10 * _KWH),
        a_day(home, energy_mwh=10 * _KWH),
    ]

    assert kg(credited([home], facts)) == Decimal(68)


def test_recalled_tiers_are_marked_as_such() -> None:
    home = off_grid()
    choices = Choices(parameters={"tiers": "three_tier"})

    (figure,) = credited([home], [a_day(home, energy_mwh=400 * _KWH)], choices=choices)

    assert figure.kg == Decimal("777.5")  # 374 + 195 x 1.3 + 150 x 1.0
    assert "verify" in tiers_of("household", "three_tier").evidence
    assert {factor.evidence for factor in figure.factors} == {"recalled: verify before publishing"}


def test_another_method_can_be_chosen() -> None:
    home = off_grid()
    choices = Choices(methods={DeviceClass.HOUSEHOLD_PV: "AMS-I.D/I.F"})

    (figure,) = credited([home], [a_day(home, energy_mwh=10 * _KWH)], choices=choices)

    assert figure.method.id == "AMS-I.D/I.F"
