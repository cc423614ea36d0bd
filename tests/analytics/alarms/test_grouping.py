"""One message for one cause: which faults belong together."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.alarms.grouping import grouped
from analytics.alarms.places import Places
from analytics.alarms.policy import policy
from analytics.faults.fault import Consequence, Fault
from ingest.contract.identity import GatewayId
from ingest.contract.metric import DeviceClass
from ingest.registry.registry import Entered, Registry
from tests.analytics.alarms.builders import (
    DAY,
    HOUR,
    MINUTE,
    POLICY,
    START,
    a_fault,
    a_programme,
    causes,
    cleared,
)
from tests.builders import a_device

OUT = {"late": True}
LAMPS = [f"lamp-{gateway}-{lamp}" for gateway in range(3) for lamp in range(10)]


def silent(gateway: int, count: int = 10, began_at: int = START) -> list[Fault]:
    return [a_fault("device_silent", f"lamp-{gateway}-{n}", began_at) for n in range(count)]


def test_a_dead_gateway_is_one_cause_and_reaches_all_its_devices() -> None:
    faults = [a_fault("gateway_down", "gw-1"), *silent(1)]

    found = grouped(faults, Places(a_programme()), POLICY, START + HOUR)

    told = [one for one in found if not one.held]
    assert [(one.cause.kind, one.cause.subject) for one in told] == [("gateway", "gw-1")]
    assert told[0].devices == tuple(sorted(f"lamp-1-{n}" for n in range(10)))


def test_a_living_gateway_hides_no_dead_lamp() -> None:
    faults = [a_fault("gateway_down", "gw-1"), *silent(1), a_fault("device_silent", "lamp-2-4")]

    assert causes(faults, a_programme()) == {
        "gateway gw-1 gateway_down",
        "device lamp-2-4 device_silent",
    }


def test_a_lamp_that_went_silent_long_before_its_gateway_is_its_own_cause() -> None:
    faults = [
        a_fault("device_silent", "lamp-1-0", START - 2 * DAY),
        a_fault("gateway_down", "gw-1"),
    ]

    assert "device lamp-1-0 device_silent" in causes(faults, a_programme())


@pytest.mark.parametrize(
    ("minutes", "more"),
    [
        pytest.param(10, set[str](), id="just back"),
        pytest.param(40, {"device lamp-1-0 device_silent"}, id="back for a while"),
    ],
)
def test_a_lamp_still_silent_behind_a_gateway_that_is_back_is_its_own_cause(
    minutes: int, more: set[str]
) -> None:
    back = START + 2 * HOUR
    faults = [cleared(a_fault("gateway_down", "gw-1"), back), a_fault("device_silent", "lamp-1-0")]

    told = causes(faults, a_programme(), back + minutes * MINUTE)

    assert told == {"gateway gw-1 gateway_down"} | more


def test_gateways_of_one_operator_are_one_cause_while_others_go_on() -> None:
    programme = a_programme(6, operators=["Red", "Blue"])  # gw-0, gw-2 and gw-4 are Red's
    faults = [a_fault("gateway_down", f"gw-{n}", START + n * MINUTE) for n in (0, 2, 4)]

    assert causes(faults, programme) == {"operator Red@kh-test gateway_down"}


def test_gateways_of_all_operators_are_the_grid() -> None:
    programme = a_programme(6, operators=["Red", "Blue"])
    faults = [a_fault("gateway_down", f"gw-{n}") for n in range(6)]

    assert causes(faults, programme) == {"grid kh-test gateway_down"}


def test_a_storm_over_three_thousand_devices_is_a_handful_of_causes() -> None:
    programme = a_programme(60, 50)
    faults = [
        fault
        for gateway in range(60)
        for fault in (
            a_fault("gateway_down", f"gw-{gateway}", START + gateway * MINUTE // 2),
            *silent(gateway, 50, START + gateway * MINUTE // 2),
        )
    ]

    found = grouped(faults, Places(programme), POLICY, START + HOUR)

    told = [one for one in found if not one.held]
    assert len(told) <= 5
    assert len(told[0].devices) == 3_000


def test_a_line_of_lamps_that_falls_silent_behind_a_living_gateway_is_one_cause() -> None:
    assert causes(silent(0, 6), a_programme()) == {"gateway gw-0 device_silent"}


def test_sets_on_the_grid_dark_in_one_hour_are_a_grid_outage_where_others_go_on() -> None:
    programme = a_programme(2, 0, 10, off_grid=10)
    faults = [
        a_fault("zero_output", f"pv-{gateway}-{n}", START + n * 5 * MINUTE)
        for gateway in range(2)
        for n in range(10)
    ]

    assert causes(faults, programme) == {"grid kh-test zero_output"}


def test_sets_dark_on_and_off_the_grid_are_the_weather() -> None:
    programme = a_programme(2, 0, 10, off_grid=10)
    faults = [
        a_fault("zero_output", f"{kind}-{gateway}-{n}")
        for kind in ("pv", "off")
        for gateway in range(2)
        for n in range(10)
    ]

    assert causes(faults, programme) == {"weather kh-test zero_output"}


def test_sets_dark_on_different_days_are_causes_of_their_own() -> None:
    programme = a_programme(1, 0, 10)
    faults = [a_fault("zero_output", f"pv-0-{n}", START + n * DAY) for n in range(5)]

    assert len(causes(faults, programme)) == 5


def test_a_dark_road_is_one_cause() -> None:
    faults = [a_fault("lamp_out", f"lamp-2-{n}") for n in range(7)]

    assert causes(faults, a_programme()) == {"feeder site-2 lamp_out"}


def test_lamps_cut_off_early_all_over_a_zone_are_the_weather() -> None:
    faults = [a_fault("early_shut_off", name) for name in LAMPS]

    assert causes(faults, a_programme()) == {"weather kh-test early_shut_off"}


def test_what_explains_another_fault_of_a_device_takes_it_in() -> None:
    faults = [
        a_fault("underperformance", "pv-0-1"),
        a_fault("soiling", "pv-0-1"),
        a_fault("lamp_out", "lamp-0-1"),
    ]

    assert causes(faults, a_programme(1, 2, 2)) == {
        "device pv-0-1 soiling",
        "device lamp-0-1 lamp_out",
    }


def test_air_is_never_grouped_with_repairs() -> None:
    programme = a_programme()
    faults = [
        a_fault("limit_exceeded", "lamp-0-1", consequence=Consequence.ENVIRONMENT),
        a_fault("device_silent", "lamp-0-1"),
    ]

    assert causes(faults, programme) == {
        "station lamp-0-1 limit_exceeded",
        "device lamp-0-1 device_silent",
    }


def test_bad_air_over_a_zone_is_one_warning() -> None:
    stations = [
        a_device(f"air-{n}", device_class=DeviceClass.AIR_STATION, gateway=GatewayId("gw-0"))
        for n in range(4)
    ]
    entered = (Entered(change=1, valid_from=0, item=each) for each in stations)
    programme = Registry([*a_programme(1).entries, *entered])
    faults = [
        a_fault("limit_exceeded", f"air-{n}", START + n * HOUR, consequence=Consequence.ENVIRONMENT)
        for n in range(4)
    ]

    assert causes(faults, programme) == {"station kh-test limit_exceeded"}
    assert causes(faults[:2], programme) == {
        "station air-0 limit_exceeded",
        "station air-1 limit_exceeded",
    }


@pytest.mark.parametrize("consequence", [Consequence.FLAG, Consequence.INFORMATION])
def test_marks_and_information_are_no_alarms(consequence: Consequence) -> None:
    faults = [a_fault("clipping", "pv-0-1", consequence=consequence)]

    assert causes(faults, a_programme(1, 0, 2)) == set()


def test_what_the_registry_does_not_know_is_left_out() -> None:
    assert causes([a_fault("lamp_out", "nobody")], a_programme()) == set()


some_faults = st.lists(
    st.builds(
        lambda rule, subject, hours, lasts: replace(
            a_fault(rule, subject, START + hours * HOUR),
            cleared_at=None if lasts is None else START + (hours + lasts) * HOUR,
        ),
        st.sampled_from(["device_silent", "lamp_out", "early_shut_off", "presumed_down"]),
        st.sampled_from(LAMPS),
        st.integers(0, 72),
        st.one_of(st.none(), st.integers(1, 24)),
    )
    | st.builds(
        lambda number, hours: a_fault("gateway_down", f"gw-{number}", START + hours * HOUR),
        st.integers(0, 2),
        st.integers(0, 72),
    ),
    max_size=25,
    unique_by=lambda fault: (fault.rule, fault.subject, fault.began_at),
)


@settings(max_examples=60, deadline=None)
@given(some_faults, st.randoms(use_true_random=False))
def test_the_order_of_faults_does_not_matter(faults: list[Fault], random: object) -> None:
    places = Places(a_programme())
    mixed = list(faults)
    random.shuffle(mixed)  # type: ignore[attr-defined]

    assert grouped(mixed, places, POLICY, START + 80 * HOUR) == grouped(
        faults, places, POLICY, START + 80 * HOUR
    )


@settings(max_examples=60, deadline=None)
@given(some_faults)
def test_every_fault_is_in_one_cause_that_nothing_holds_or_behind_a_dead_gateway(
    faults: list[Fault],
) -> None:
    found = grouped(faults, Places(a_programme()), POLICY, START + 80 * HOUR)

    told = [fault for one in found if not one.held for fault in one.faults]
    held = [fault for one in found if one.held for fault in one.faults]
    assert {id(fault) for fault in [*told, *held]} == {id(fault) for fault in faults}


def test_nothing_explains_itself_in_the_table() -> None:
    explains = policy().explains
    for source, targets in explains.items():
        reached = set(targets)
        for _ in explains:
            reached |= {each for one in reached for each in explains.get(one, ())}
        assert source not in reached
