"""The truth log."""

from collections.abc import Mapping
from pathlib import Path

import orjson

from ingest.contract.identity import DeviceId
from ingest.contract.period import Period
from simulators.causes import Cause, CauseKind
from simulators.truth import Truth, TruthLog, Values, read_labels, read_truth

LAMP, ROOF = DeviceId("lamp-1"), DeviceId("roof-1")


def test_what_is_written_is_read_to_the_digit(tmp_path: Path) -> None:
    path = tmp_path / "kh.jsonl"
    first: Mapping[DeviceId, Values] = {
        LAMP: {"load_power": 60.0, "load_current": 4.65},
        ROOF: {"energy_generated": None},
    }
    second = {LAMP: {"load_power": 0.1 + 0.2}}

    with TruthLog(path) as log:
        log.append(1_790_000_000_000_000, first)
        log.append(1_790_000_300_000_000, second)

    assert list(read_truth(path)) == [
        Truth(measured_at=1_790_000_000_000_000, devices=first),
        Truth(measured_at=1_790_000_300_000_000, devices=second),
    ]


def test_labels_are_kept_apart_from_values(tmp_path: Path) -> None:
    path = tmp_path / "kh.jsonl"
    cause = Cause(device=LAMP, kind=CauseKind.LAMP_OUT, period=Period(10, 20))

    with TruthLog(path) as log:
        log.label([cause])
        log.append(10, {LAMP: {"load_power": 0.0}})

    assert read_labels(path) == (cause,)
    assert [truth.measured_at for truth in read_truth(path)] == [10]


def test_a_log_is_json_lines_for_any_program(tmp_path: Path) -> None:
    path = tmp_path / "kh.jsonl"
    with TruthLog(path) as log:
        log.append(10, {LAMP: {"load_power": 60.0}})

    assert orjson.loads(path.read_bytes()) == {
        "measured_at": 10,
        "devices": {"lamp-1": {"load_power": 60.0}},
    }
    assert path.read_bytes().endswith(b"\n")


def test_what_was_flushed_can_be_read_while_the_log_is_open(tmp_path: Path) -> None:
    path = tmp_path / "kh.jsonl"
    with TruthLog(path) as log:
        log.append(10, {})
        log.flush()

        assert len(list(read_truth(path))) == 1


def test_a_log_begins_empty(tmp_path: Path) -> None:
    path = tmp_path / "kh.jsonl"
    for measured_at in (10, 20):
        with TruthLog(path) as log:
            log.append(measured_at, {})

    assert [truth.measured_at for truth in read_truth(path)] == [20]
