"""What the drill prints, and when it calls itself sound."""

import json

import pytest

from simulators.drill import cli
from simulators.drill.result import DrillResult, FaultResult

A_FAULT = FaultResult(
    fault="broker_killed",
    taken=10,
    stored=8,
    repeated=0,
    quarantined=1,
    thinned=0,
    pending=1,
    lost=0,
    stored_twice=0,
    not_taken=2,
    seconds_to_recover=1.25,
)


def a_result(
    *, lost: int = 0, stored_twice: int = 0, problems: tuple[str, ...] = ()
) -> DrillResult:
    return DrillResult(
        faults=[A_FAULT], lost=lost, stored_twice=stored_twice, problems=problems, left_out={}
    )


def test_the_document_has_the_shape_that_scripts_hold_on_to() -> None:
    # As fixed for `drill --json`: names, their order, and nothing else.
    expected = (
        '{"faults":[{"fault":"broker_killed","taken":10,"stored":8,"repeated":0,"quarantined":1,'
        '"thinned":0,"pending":1,"lost":0,"stored_twice":0,"not_taken":2,'
        '"seconds_to_recover":1.25}],"lost":0,"stored_twice":0}'
    )

    assert json.dumps(a_result().document(), separators=(",", ":")) == expected


@pytest.mark.parametrize(
    ("result", "sound"),
    [
        pytest.param(a_result(), True, id="all well"),
        pytest.param(a_result(lost=1), False, id="lost"),
        pytest.param(a_result(stored_twice=1), False, id="stored twice"),
        pytest.param(a_result(problems=("a figure differs",)), False, id="otherwise wrong"),
    ],
)
def test_a_drill_is_sound_only_without_any_finding(result: DrillResult, *, sound: bool) -> None:
    assert result.sound is sound


def test_a_fault_that_nobody_knows_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["--fault", "nothing_known"])

    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("zonewatch drill: argument --fault: invalid choice: 'nothing_known'")
    assert said.count("\n") == 1
