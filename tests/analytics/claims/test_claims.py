"""Claims beside figures, and what other projects' claims imply."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from analytics.claims.claim import Claim, ClaimKind, Reason, published_claims
from analytics.claims.compare import compared
from analytics.claims.implied import flags, implied, register
from analytics.factors.grid import grid_factors
from analytics.memo import memo
from analytics.periods import Days, parse_period
from analytics.quoting import Document
from analytics.result import ZoneResult, period_window, zone_result
from analytics.sensitivity import sensitivity
from ingest.contract.identity import ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from tests.analytics.cases import a_day
from tests.builders import a_basis, a_pv_set, a_registry, a_zone

PERIOD = parse_period("2026-10")


def a_result(mwh: int = 1_000_000_000_000, period: Days = PERIOD) -> ZoneResult:
    """Return October of one set in Laos, by default of 1,000 MWh."""
    zone = a_zone(id=ZoneId("la-saysettha"), country="LA", grid="LA", timezone="Asia/Vientiane")
    pv = a_pv_set(rated_power_w=None, rated_power_basis=None)
    day = a_day(pv, energy_mwh=mwh)
    as_of = micros(datetime(2027, 1, 1, tzinfo=UTC))
    basis = a_basis(a_registry(pv, zone=zone), [day], as_of=as_of)
    return zone_result(basis, zone, period_window(zone, period))


def by_id(documents: list[Document]) -> dict[object, Document]:
    return {each["id"]: each for each in documents}


def test_a_claim_a_year_counts_for_the_days_of_the_period() -> None:
    """1,243 t x 31 / 365 are 105.6 t; 1,000 MWh at 0.876 t/MWh are 876 t."""
    told = by_id(compared(published_claims(), PERIOD, [a_result()]))["la-saysettha-tonnes"]

    assert told["claimed_in_period"] == "105.6"
    assert told["computed"] == "876.0"
    assert told["progress_percent"] == "829.8"
    assert told["if_carbon"] == "4557.7"
    assert set(Reason) >= set(map(Reason, told["reasons"]))  # type: ignore[call-overload]


def test_trees_are_beside_trees_and_never_in_a_share() -> None:
    told = by_id(compared(published_claims(), PERIOD, [a_result()]))["la-saysettha-trees"]

    assert (told["computed"], told["unit"]) == ("14600", "trees")  # 876,000 kg / 60 kg
    assert told["progress_percent"] is None


def test_a_simulated_figure_says_that_it_is_not_of_real_equipment() -> None:
    (told, _) = compared(published_claims(), PERIOD, [a_result()])

    assert Reason.SIMULATED in told["reasons"]  # type: ignore[operator]


def test_a_target_stands_in_its_year_alone() -> None:
    target = Claim(
        id="plan",
        kind=ClaimKind.TARGET,
        zone="la-saysettha",
        device_classes=frozenset({DeviceClass.SCHOOL_PV}),
        year=2026,
        value=Decimal(3_650),
        unit="t",
        per="year",
        gas="CO2",
        scope="school PV",
        source="zone plan",
        reasons=(),
    )

    (told,) = compared([target], PERIOD, [a_result()])

    assert (told["claimed_in_period"], told["progress_percent"]) == ("310.0", "282.6")
    assert compared([target], parse_period("2025-10"), [a_result()]) == []


def test_claims_of_zones_out_of_scope_are_not_there() -> None:
    assert compared(published_claims(), PERIOD, []) == []


@pytest.mark.parametrize(
    ("claim", "ratios"),
    [
        (
            "jujuy",
            {"kg_co2_per_kwh": 0.8364, "gce_per_kwh": 306.1, "t_co2_per_tce": 2.733},
        ),
        ("karot", {"kg_co2_per_kwh": 1.0938, "gce_per_kwh": 437.5, "t_co2_per_tce": 2.50}),
        ("mozura", {"kg_co2_per_kwh": 0.0273, "capacity_factor_wind": 0.273}),
        ("cuu_an", {"kg_co2_per_kwh": 0.8182, "capacity_factor_wind": 0.272}),
        ("kunming", {"kg_co2_per_kwh": 0.943, "t_co2_per_tce": 2.614}),
        ("yinchuan", {"kg_co2_per_kwh": 0.698, "t_co2_per_tce": 2.467}),
        ("oudomxay", {"gce_per_kwh": 300.0}),
        ("oudomxay_misprint", {"gce_per_kwh": 32.35}),
    ],
)
def test_a_claim_implies_what_its_inputs_say(claim: str, ratios: dict[str, float]) -> None:
    (published,) = [each for each in register() if each.id == claim]

    found = implied(published)

    assert {name: float(found[name]) for name in ratios} == pytest.approx(ratios, rel=0.002)


def test_what_cannot_be_is_flagged() -> None:
    assert {each.id: flags(each) for each in register() if flags(each)} == {
        "karot": ["gce_per_kwh"],
        "mozura": ["kg_co2_per_kwh"],
        "oudomxay_misprint": ["gce_per_kwh"],
    }


def test_the_choice_of_a_factor_changes_a_lao_total_by_its_roles() -> None:
    """1,000 MWh at each role; VT0011 weighs 1.069 and 0.297 by halves."""
    told = by_id(sensitivity([a_result()], grid_factors()))

    assert {name: each["value"] for name, each in told.items()} == {
        "headline": "876.0",
        "cm_energy_efficiency": "555.0",
        "cm_intermittent": "876.0",
        "om": "1069.0",
        "vt0011": "683.0",
        "average": "232.1",
    }
    assert told["average"]["unit"] == "t CO2e"


def test_a_factor_that_is_not_there_is_a_row_with_a_reason() -> None:
    without = [factor for factor in grid_factors() if factor.role != "average"]

    told = by_id(sensitivity([a_result()], without))["average"]

    assert told["value"] is None
    assert "no grid emission factors for LA, average" in str(told["reason"])


def test_the_memo_is_told_by_one_constant_each() -> None:
    """1,000 MWh: 305.5 g, 0.160 g, 0.179 g, 0.032 g and 43 g a kilowatt-hour."""
    told = by_id(memo([a_result()], 31))

    assert {name: each["value"] for name, each in told.items()} == {
        "standard_coal": "305.500",
        "so2": "160.000",
        "nox": "179.000",
        "dust": "32.000",
        "trees": "14600",
        "embodied_pv": "43000.000",
        "battery": None,
    }
    assert "verify" in str(told["so2"]["evidence"])


def test_without_data_a_memo_is_null_and_not_zero() -> None:
    told = memo([a_result(period=parse_period("2026-09"))], 30)

    assert {each["value"] for each in told} == {None}
