"""Edges of the methods that no published vector reaches, computed by hand."""

import json
from decimal import Decimal
from typing import cast

import pytest

from analytics.calc.kinds import calculator
from analytics.calc.lines import answers


def told(kind: str, *rows: dict[str, object]) -> list[dict[str, object]]:
    return [json.loads(line) for line in answers(map(json.dumps, rows), calculator(kind))]


def result(kind: str, row: dict[str, object]) -> dict[str, object]:
    return cast("dict[str, object]", told(kind, row)[0]["result"])


def a_unit(name: str, mwh: int, commissioned: int, *, programme: bool = False) -> dict[str, object]:
    return {
        "name": name,
        "mwh": mwh,
        "commissioned": commissioned,
        "ef_t_per_mwh": 1 if name.startswith("coal") else 0,
        "carbon_programme": programme,
    }


def a_build_margin(*units: dict[str, object], rule: str = "TOOL07") -> dict[str, object]:
    inputs = {"units": list(units), "as_of_year": 2025, "rule": rule}
    return result("tool07", {"kind": "build_margin", "inputs": inputs})


def test_old_units_come_back_where_young_and_programme_units_are_too_few() -> None:
    told = a_build_margin(
        a_unit("sun", 50, 2024),
        a_unit("wind", 40, 2020, programme=True),
        a_unit("coal-b", 100, 2014),
        a_unit("coal-a", 500, 2000),
        a_unit("dam", 350, 1990),
    )

    # 20 % of the 1,000 MWh outside programmes are 200: 50 + 40 + 100 is short, 500 more reach it.
    assert told["sample"] == ["sun", "wind", "coal-b", "coal-a"]
    assert told["step"] == "f"
    assert told["bm"] == pytest.approx(600 / 690)


def test_a_unit_of_just_ten_years_is_not_old() -> None:
    told = a_build_margin(a_unit("coal", 100, 2015), a_unit("dam", 100, 2015))

    assert (told["step"], told["bm"]) == ("c", 0.5)


def test_just_a_fifth_of_the_generation_is_enough() -> None:
    told = a_build_margin(*[a_unit(f"dam-{n}", 200, 2024 - n) for n in range(5)])

    assert (told["set20_mwh"], told["set5_mwh"]) == (200, 1000)


@pytest.mark.parametrize(
    ("kwh", "tonnes"),
    [
        pytest.param(400, "2.0", id="beyond its threshold, which lies beyond 250 kWh"),
        pytest.param(260, "1.768", id="below its threshold"),
    ],
)
def test_a_school_has_no_second_of_three_tiers(kwh: int, tonnes: str) -> None:
    row: dict[str, object] = {
        "variant": "three_tier",
        "building_type": "school",
        "energy": kwh,
        "energy_unit": "kWh",
    }

    # 275 x 6.8 + 125 x 1.0 = 1995 kg; 260 x 6.8 = 1768 kg.
    expected = {"2.0": 1.995, "1.768": 1.768}[tonnes]
    assert result("ams_i_l", row) == {"t_co2": expected, "error": None}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"variant": "four_tier"}, "variant: expected one of", id="variant"),
        pytest.param({"energy": -1}, "energy: expected at least 0", id="negative"),
        pytest.param({"threshold_kwh_per_year": 60}, "expected 55 of household", id="threshold"),
    ],
)
def test_suppressed_demand_says_what_it_does_not_take(
    change: dict[str, object], reason: str
) -> None:
    row: dict[str, object] = {
        "variant": "two_tier",
        "building_type": "household",
        "energy": 20,
        "energy_unit": "kWh",
    }

    assert reason in str(told("ams_i_l", row | change)[0]["error"])


@pytest.mark.parametrize("unit", ["kg", "W", "", None])
def test_what_is_no_energy_is_an_error_of_its_unit(unit: str | None) -> None:
    row: dict[str, object] = {
        "variant": "two_tier",
        "building_type": "household",
        "energy": 20,
        "energy_unit": unit,
    }

    assert result("ams_i_l", row) == {"t_co2": None, "error": "invalid energy unit"}


def a_step(**change: object) -> dict[str, object]:
    return {
        "sequence": "s",
        "methodology": "VMR0017",
        "technology": "pv",
        "ef_grid_g_per_mwh": 500_000,
        "net_wh": 3_000,
    } | change


def test_embodied_emissions_come_from_the_table_where_the_row_has_none() -> None:
    # 3 kWh x 43 g/kWh.
    assert result("vmr0017_cdm", a_step())["le_g"] == 129


def test_sequences_do_not_carry_into_each_other() -> None:
    rows = told("vmr0017_cdm", a_step(), a_step(sequence="t"), a_step())

    carried = [cast("dict[str, int]", row["result"])["carry_g"] for row in rows]
    assert carried == [371, 371, 742]  # 1500 - 129 g, of which 1 kg is a unit


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"methodology": "VM0099"}, "methodology: expected one of", id="methodology"),
        pytest.param({"technology": "fusion"}, "technology: expected one of", id="technology"),
        pytest.param({"net_wh": None}, "net_wh: expected a number", id="missing is not zero"),
    ],
)
def test_crediting_says_what_it_does_not_take(change: dict[str, object], reason: str) -> None:
    assert reason in str(told("vmr0017_cdm", a_step(**change))[0]["error"])


@pytest.mark.parametrize(
    ("inputs", "cm"),
    [
        ({"technology": "wind", "methodology": "VT0011", "crediting_period": 3}, "0.424"),
        ({"technology": "hydro", "methodology": "VT0011", "crediting_period": 1}, "0.462"),
        ({"technology": "solar", "methodology": "TOOL07", "crediting_period": 3}, "0.595"),
    ],
)
def test_weights_follow_technology_and_period(inputs: dict[str, object], cm: str) -> None:
    row: dict[str, object] = {
        "kind": "combined_margin",
        "inputs": {"om": 0.69, "bm": 0.31} | inputs,
    }

    assert result("tool07", row)["cm"] == float(Decimal(cm))


@pytest.mark.parametrize(
    "row",
    [
        {"kind": "combined_margin", "inputs": {"om": 1, "bm": 1, "w_om": 0.7, "w_bm": 0.7}},
        {"kind": "dispatch", "inputs": {}},
        {"kind": "build_margin", "inputs": {"units": [], "as_of_year": 2025, "rule": "TOOL07"}},
        {
            "kind": "combined_margin",
            "inputs": {
                "om": 1,
                "bm": 1,
                "technology": "wind",
                "methodology": "VT0011",
                "crediting_period": 4,
            },
        },
    ],
)
def test_a_margin_that_nobody_defined_is_an_error(row: dict[str, object]) -> None:
    assert "error" in told("tool07", row)[0]


def test_half_of_low_cost_generation_forbids_the_simple_margin() -> None:
    row: dict[str, object] = {
        "kind": "simple_om_allowed",
        "inputs": {"low_cost_must_run_share": [0.4, 0.6, 0.5, 0.5, 0.5]},
    }

    assert result("tool07", row) == {"allowed": False}


def test_losses_on_the_way_count_at_the_plant() -> None:
    inputs = {"load_watt": 60, "lit_minutes": 60_000, "ef_t_per_mwh": 0.5, "tdl": 0.2}

    # 60 W x 1000 h = 0.06 MWh; 0.06 / 0.8 x 0.5 t/MWh.
    told = result("lamps_ev", {"kind": "metered_service", "inputs": inputs})
    assert told == {"energy_mwh": 0.06, "t_co2": 0.0375}


def test_a_fast_charger_loses_on_the_way() -> None:
    inputs = {
        "energy_kwh": 923,
        "km_per_kwh": 1,
        "km_per_l": 10,
        "kg_per_l": 2,
        "ef_t_per_mwh": 0.5,
        "dc_fast": True,
    }

    # 923 km / 10 km/l x 2 kg/l; 0.923 / 0.923 x 0.5 t.
    told = result("lamps_ev", {"kind": "vm0038", "inputs": inputs})
    assert (told["be_t"], told["pe_t"]) == (0.1846, 0.5)


def test_what_adds_up_to_nothing_has_no_relative_uncertainty() -> None:
    terms = [{"value": 5, "u95_percent": 1}, {"value": -5, "u95_percent": 1}]

    answer = told("uncertainty", {"id": "x", "kind": "sum", "inputs": {"terms": terms}})
    assert answer == [{"id": "x", "error": str(answer[0]["error"])}]
