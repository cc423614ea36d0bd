"""The gateways' truth log, written line by line and read between two marks."""

from pathlib import Path

from ingest.contract.identity import DeviceId
from ingest.contract.quality import Quality
from ingest.contract.record import Record
from simulators.drill import taken


def said_at(measured_at: int, values: dict[str, float | None], **quality: Quality) -> Record:
    return Record(device=DeviceId("pv"), measured_at=measured_at, values=values, quality=quality)


def append(path: Path, *lines: bytes) -> None:
    with path.open("ab") as log:
        for line in lines:
            log.write(line)


def test_what_was_written_between_two_marks_is_read(tmp_path: Path) -> None:
    path = tmp_path / "gw.jsonl"
    append(path, taken.taken("b1", [1], [said_at(1_000, {"x": 1.0})]))
    since = taken.mark(tmp_path)
    append(
        path, taken.taken("b1", [2, 3], [said_at(2_000, {"x": 2.0}), said_at(3_000, {"x": None})])
    )
    until = taken.mark(tmp_path)
    append(path, taken.taken("b2", [1], [said_at(4_000, {"x": 4.0})]))

    log = taken.read(tmp_path, since=since, until=until)

    assert [(one.boot, one.number, one.values) for one in log.records] == [
        ("b1", 2, {"x": 2.0}),
        ("b1", 3, {"x": None}),
    ]
    assert taken.read(tmp_path).heads == {("gw", "b1"): 3, ("gw", "b2"): 1}


def test_a_log_that_began_after_the_mark_counts_from_its_beginning(tmp_path: Path) -> None:
    since = taken.mark(tmp_path)
    append(tmp_path / "late.jsonl", taken.taken("b1", [1], [said_at(1_000, {"x": 1.0})]))

    assert taken.read(tmp_path, since=since).heads == {("late", "b1"): 1}


def test_answers_without_a_commit_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "gw.jsonl"
    append(
        path,
        taken.said(),
        taken.said(),
        taken.trying([said_at(1_000, {"x": 1.0}), said_at(2_000, {"x": 1.0})]),
    )
    append(path, taken.said(), taken.taken("b1", [1], [said_at(3_000, {"x": 1.0, "y": 2.0})]))

    log = taken.read(tmp_path)

    assert log.not_taken == 2
    assert log.tried.keys() == {("pv", 1_000), ("pv", 2_000)}


def test_that_a_device_does_not_answer_is_no_answer(tmp_path: Path) -> None:
    append(tmp_path / "gw.jsonl", taken.taken("b1", [1], [said_at(3_000, {"reachable": 0.0})]))

    assert taken.read(tmp_path).not_taken == 0


def test_what_is_under_way_at_a_mark_counts_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "gw.jsonl"
    append(path, taken.said(), taken.taken("b1", [1], [said_at(1_000, {"x": 1.0, "y": 1.0})]))
    append(path, taken.said(), taken.trying([said_at(2_000, {"x": 1.0})]))
    mark = taken.mark(tmp_path)
    append(path, taken.taken("b1", [2], [said_at(2_000, {"x": 2.0, "y": 2.0})]))

    before, after = taken.read(tmp_path, until=mark), taken.read(tmp_path, since=mark)

    assert (before.said, before.not_taken, len(before.records)) == (1, 0, 1)
    assert (after.said, after.not_taken, len(after.records)) == (1, 0, 1)


def test_what_the_gateway_flagged_is_told_of_what_was_tried_and_of_what_was_taken(
    tmp_path: Path,
) -> None:
    flags = {"x": Quality.SUSPECT, "y": Quality.UNCHECKED, "z": Quality.BAD}
    record = said_at(1_000, {"x": 1.0, "y": 2.0, "z": 3.0}, **flags)
    append(tmp_path / "gw.jsonl", taken.trying([record]), taken.taken("b1", [1], [record]))

    log = taken.read(tmp_path)

    assert log.tried == {("pv", 1_000): {"x", "z"}}
    assert [one.doubtful for one in log.records] == [{"x", "z"}]
