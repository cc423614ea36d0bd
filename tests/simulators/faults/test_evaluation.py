"""A short evaluation: what was put into a zone is found, and nothing else."""

import json
from functools import cache

import pytest

from analytics.faults.fault import Consequence
from analytics.faults.rules import rules
from ingest.contract.period import DAY_US, Period
from simulators.faults import cli
from simulators.faults.evaluation import Evaluation, evaluate
from simulators.faults.labels import Kind, Label
from simulators.faults.layout import Size
from simulators.faults.replaying import newly_told
from simulators.faults.score import score

_SIZE = Size(lamps=60, lamp_gateways=3, sets=16, set_gateways=3, stations=6, station_gateways=2)


@cache
def _short() -> Evaluation:
    return evaluate(days=6, seed=5, run_in=8, size=_SIZE)


def test_causes_are_found_and_nothing_else() -> None:
    found = _short()

    assert [f"{fault.rule} of {fault.subject}" for fault in found.scored.wrong] == []
    assert [f"{rule} of {label.kind}" for label, rule in found.scored.missed] == []
    right = {name for name, tally in found.scored.by_rule.items() if tally.true_positive}
    assert right >= {"lamp_out", "day_burner", "device_silent", "presumed_down", "fault_word"}


def test_a_cause_makes_one_message_or_little_more() -> None:
    assert _short().messages_per_cause <= 1.2


def test_a_replayed_week_tells_nobody() -> None:
    assert newly_told(_short()) == []


def test_the_document_has_the_shape_that_programs_read() -> None:
    document = json.loads(json.dumps(cli.document(_short())))

    assert list(document) == [
        "days",
        "devices",
        "causes",
        "by_rule",
        "messages",
        "messages_per_cause",
    ]
    assert document["days"] == 6
    assert document["devices"] == _SIZE.devices
    assert set(document["by_rule"]) == set(rules())
    assert set(document["by_rule"]["lamp_out"]) == {
        "true_positive",
        "false_positive",
        "false_negative",
        "median_hours_to_detect",
    }


@pytest.mark.parametrize("arguments", [[], ["evaluate", "--days", "0"], ["guess"]])
def test_wrong_arguments_are_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(arguments)

    assert ended.value.code == 2


def test_faults_without_a_cause_are_wrong_and_causes_without_a_fault_missed() -> None:
    found = _short()
    alarms = [each for each in found.faults if each.consequence is Consequence.ALARM]
    span = Period(0, found.faults[-1].raised_at + 30 * DAY_US)
    nobody = Label(
        kind=Kind.LAMP_OUT,
        subjects=("nobody",),
        period=Period(1, 5 * DAY_US),
        must=frozenset({"lamp_out"}),
        may=frozenset(),
    )

    scored = score([nobody], alarms, gateway_of={}, span=span, true_exceedances={})

    assert len(scored.wrong) == len([each for each in alarms if not each.late])
    assert [rule for _, rule in scored.missed] == ["lamp_out"]
