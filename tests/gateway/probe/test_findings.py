"""What is implausible, worked out by hand."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.probe.findings import implausible, standing_still, wrong_clock
from gateway.probe.lines import Probed
from gateway.probe.report import told
from gateway.profile_file import load_profiles

PROFILES = load_profiles()
SRNE = PROFILES["srne_streetlight"]
GROWATT = PROFILES["growatt_inverter"]
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
INDOCHINA = timedelta(hours=7)


def test_the_manuals_own_sample_is_not_consistent() -> None:
    values = {"pv_voltage": 14.4, "pv_current": 1.5, "pv_power": 216.0}

    assert list(implausible(SRNE, values)) == [
        "pv_voltage × pv_current is 21.6, but pv_power is 216"
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"pv_voltage": 14.4, "pv_current": 1.5, "pv_power": 18.0},  # 21.6 W, 17 % apart
        {"pv_voltage": 14.4, "pv_current": 0.5, "pv_power": 0.0},  # 7.2 W is little
        {"pv_voltage": 14.4, "pv_current": 1.5, "pv_power": None},
        {"pv_voltage": 14.4, "pv_power": 216.0},
    ],
)
def test_what_can_be_is_not_implausible(values: dict[str, float | None]) -> None:
    assert list(implausible(SRNE, values)) == []


def test_what_no_equipment_can_give_is() -> None:
    assert list(implausible(SRNE, {"battery_soc": 250.0})) == [
        "battery_soc 250 % is outside 0 to 100"
    ]


@pytest.mark.parametrize(
    ("profile", "word", "expected"),
    [
        ("srne_streetlight", 33.0, "battery over-discharge, controller over-temperature"),
        ("growatt_inverter", 25.0, "no AC"),
        ("growatt_inverter", 0.0, ""),
    ],
)
def test_faults_are_told_by_name_and_codes_too(profile: str, word: float, expected: str) -> None:
    probed = Probed(device="d", where="w", profile=profile, values={"fault_word": word})

    assert [line.split(maxsplit=2)[2:] for line in told(probed, PROFILES)][1:] == [
        [expected] if expected else []
    ]


@pytest.mark.parametrize(
    ("before", "after", "seconds", "expected"),
    [
        # 0.1 kWh a step; 10 kW bring 0.2 kWh in 72 s
        ((1_000.0, 10_000.0), (1_000.0, 10_000.0), 73, ["energy_generated stands still"]),
        ((1_000.0, 10_000.0), (1_000.0, 10_000.0), 71, []),
        ((1_000.0, 0.0), (1_000.0, 10_000.0), 3_600, []),
        ((1_000.0, 10_000.0), (1_000.1, 10_000.0), 3_600, []),
        ((1_000.0, None), (1_000.0, 10_000.0), 3_600, []),
        ((1_000.0, 0.0), (999.9, 0.0), 5, ["energy_generated went back from 1000 to 999.9"]),
        ((None, 10_000.0), (1_000.0, 10_000.0), 3_600, []),
    ],
)
def test_a_counter_that_stands_still_while_power_flows_is_stale(
    before: tuple[float | None, float | None],
    after: tuple[float | None, float | None],
    seconds: int,
    expected: list[str],
) -> None:
    first, last = (
        {"energy_generated": counter, "active_power": power} for counter, power in (before, after)
    )

    found = list(standing_still(GROWATT, first, last, timedelta(seconds=seconds)))

    assert len(found) == len(expected)
    assert all(one.startswith(begin) for one, begin in zip(found, expected, strict=True))


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(0), None),
        (timedelta(minutes=5), None),
        (timedelta(hours=1, seconds=30), "one hour ahead, as on Beijing time"),
        (timedelta(hours=-7), "7 hours behind"),
        (timedelta(minutes=20), "2026-11-24 19:20:00, +1200 s off"),
        (timedelta(days=-3650), "87600 hours behind"),
    ],
)
def test_a_clock_is_compared_with_local_time(ahead: timedelta, expected: str | None) -> None:
    shown = (NOW + INDOCHINA + ahead).replace(tzinfo=None)

    found = wrong_clock(shown, NOW, INDOCHINA)

    assert (found is None) == (expected is None)
    assert expected is None or expected in (found or "")
