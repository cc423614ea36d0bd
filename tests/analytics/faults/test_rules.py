"""The rules as data: each is whole, and says where it comes from."""

import pytest

from analytics.faults.fast import JUDGES
from analytics.faults.fault import Consequence
from analytics.faults.rules import read_rules, rule, rules
from ingest.contract.metric import DeviceClass

_IDS = [
    "lamp_out",
    "day_burner",
    "early_shut_off",
    "not_charging",
    "dust_or_shading",
    "battery_ageing",
    "zero_output",
    "string_low",
    "underperformance",
    "soiling",
    "clipping",
    "counter_implausible",
    "device_silent",
    "gateway_down",
    "presumed_down",
    "stuck",
    "cross_check",
    "range",
    "calibration",
    "drift",
    "humidity",
    "fault_word",
    "sim_expiring",
    "records_missing",
    "limit_exceeded",
]


def test_every_rule_of_the_list_is_there() -> None:
    assert sorted(rules()) == sorted(_IDS)


@pytest.mark.parametrize("name", _IDS)
def test_a_rule_has_a_source_and_says_what_kind_of_evidence_that_is(name: str) -> None:
    own = rule(name)

    assert own.source
    assert own.evidence in ("source", "code", "assumed")
    assert set(own.explained_by) <= set(rules())
    assert own.id not in own.explained_by


def test_causes_are_judged_before_what_they_explain() -> None:
    order = list(rules())
    fast = [name for name in order if name in JUDGES]

    for name in fast:
        for cause in rules()[name].explained_by:
            assert cause not in JUDGES or order.index(cause) < order.index(name)


def test_what_is_explained_waits_as_long_as_its_cause() -> None:
    """Else it would be told of before its cause is known."""
    for own in (each for each in rules().values() if each.id in JUDGES):
        for cause in own.explained_by:
            assert rules()[cause].on_delay_us <= own.on_delay_us


def test_a_profile_has_numbers_of_its_own() -> None:
    lamp = DeviceClass.STREETLIGHT

    assert rule("lamp_out").numbers(lamp, "srne_streetlight")["lvd_bits"] == 5
    assert rule("lamp_out").numbers(lamp, "another")["lvd_bits"] == 0
    assert rule("counter_implausible").numbers(DeviceClass.BUS, "any")["most_kw"] == 240


def test_marks_and_information_are_no_alarms() -> None:
    quiet = {Consequence.FLAG, Consequence.INFORMATION}
    silent = {name for name, own in rules().items() if own.consequence in quiet}

    assert silent == {"clipping", "counter_implausible", "calibration", "humidity"}


def test_of_two_numbers_that_fit_the_later_one_holds() -> None:
    (own,) = read_rules("""
        [[rule]]
        id = "a"
        classes = ["bus"]
        consequence = "alarm"
        numbers = { most = 1 }
        evidence = "assumed"
        source = "nobody"
        [[rule.of]]
        device_class = "bus"
        numbers = { most = 2 }
        [[rule.of]]
        profile = "long"
        numbers = { most = 3 }
    """)

    assert own.numbers(DeviceClass.BUS, "short")["most"] == 2
    assert own.numbers(DeviceClass.BUS, "long")["most"] == 3
