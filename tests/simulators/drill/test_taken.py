"""The gateways' truth log, written line by line and read between two marks."""

from pathlib import Path

from simulators.drill import taken


def append(path: Path, *lines: bytes) -> None:
    with path.open("ab") as log:
        for line in lines:
            log.write(line)


def test_what_was_written_between_two_marks_is_read(tmp_path: Path) -> None:
    path = tmp_path / "gw.jsonl"
    append(path, taken.taken("b1", [(1, "pv", 1_000, {"x": 1.0})]))
    since = taken.mark(tmp_path)
    append(path, taken.taken("b1", [(2, "pv", 2_000, {"x": 2.0}), (3, "pv", 3_000, {"x": None})]))
    until = taken.mark(tmp_path)
    append(path, taken.taken("b2", [(1, "pv", 4_000, {"x": 4.0})]))

    log = taken.read(tmp_path, since=since, until=until)

    assert [(one.boot, one.number, one.values) for one in log.records] == [
        ("b1", 2, {"x": 2.0}),
        ("b1", 3, {"x": None}),
    ]
    assert taken.read(tmp_path).heads == {("gw", "b1"): 3, ("gw", "b2"): 1}


def test_a_log_that_began_after_the_mark_counts_from_its_beginning(tmp_path: Path) -> None:
    since = taken.mark(tmp_path)
    append(tmp_path / "late.jsonl", taken.taken("b1", [(1, "pv", 1_000, {"x": 1.0})]))

    assert taken.read(tmp_path, since=since).heads == {("late", "b1"): 1}


def test_answers_without_a_commit_are_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "gw.jsonl"
    append(path, taken.said(), taken.said(), taken.trying([("pv", 1_000), ("pv", 2_000)]))
    append(path, taken.said(), taken.taken("b1", [(1, "pv", 3_000, {"x": 1.0, "y": 2.0})]))

    log = taken.read(tmp_path)

    assert log.not_taken == 2
    assert log.tried == {("pv", 1_000), ("pv", 2_000)}


def test_that_a_device_does_not_answer_is_no_answer(tmp_path: Path) -> None:
    append(tmp_path / "gw.jsonl", taken.taken("b1", [(1, "pv", 3_000, {"reachable": 0.0})]))

    assert taken.read(tmp_path).not_taken == 0


def test_what_is_under_way_at_a_mark_counts_behind_it(tmp_path: Path) -> None:
    path = tmp_path / "gw.jsonl"
    append(path, taken.said(), taken.taken("b1", [(1, "pv", 1_000, {"x": 1.0, "y": 1.0})]))
    append(path, taken.said(), taken.trying([("pv", 2_000)]))
    mark = taken.mark(tmp_path)
    append(path, taken.taken("b1", [(2, "pv", 2_000, {"x": 2.0, "y": 2.0})]))

    before, after = taken.read(tmp_path, until=mark), taken.read(tmp_path, since=mark)

    assert (before.said, before.not_taken, len(before.records)) == (1, 0, 1)
    assert (after.said, after.not_taken, len(after.records)) == (1, 0, 1)
