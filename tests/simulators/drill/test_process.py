"""A process of the drill is there from start to stop, whoever ends it in between."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from simulators.drill.process import Process, stop_all

PATIENCE_S = 20.0
SLEEPS = "import time; print('up', flush=True); time.sleep(600)"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    command = [sys.executable, "-c", SLEEPS]
    process = Process("sleeper", command, log=tmp_path / "log", more={"GIVEN": "1"})
    yield process
    process.kill()


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_ends_alone_comes_back_and_is_noted(process: Process) -> None:
    process.start()
    first = process.pid
    assert first is not None

    os.kill(first, 9)
    until(lambda: process.pid not in (first, None))

    assert process.ends == [-9]


@pytest.mark.parametrize("end", [Process.kill, Process.stop], ids=["killed", "stopped"])
def test_what_is_ended_stays_away_and_is_not_noted(
    process: Process, tmp_path: Path, end: Callable[[Process], None]
) -> None:
    process.start()
    until(lambda: (tmp_path / "log").read_text() == "up\n")

    end(process)

    assert (process.pid, process.ends) == (None, [])
    process.start()
    until(lambda: (tmp_path / "log").read_text() == "up\nup\n")


def test_all_are_stopped_at_once_whether_they_run_or_not(process: Process, tmp_path: Path) -> None:
    another = Process("never started", [sys.executable, "-c", SLEEPS], log=tmp_path / "another")
    process.start()

    stop_all([process, another])

    assert (process.pid, another.pid) == (None, None)
    assert (process.ends, another.ends) == ([], [])


def test_to_start_twice_is_to_start_once(process: Process) -> None:
    process.start()
    first = process.pid

    process.start()

    assert process.pid == first


def test_what_refuses_to_start_is_tried_again_and_is_no_finding(tmp_path: Path) -> None:
    refuses = "print('no'); raise SystemExit(2)"
    process = Process(
        "refuser", [sys.executable, "-c", refuses], log=tmp_path / "log", refusals=[2]
    )
    process.start()

    until(lambda: (tmp_path / "log").read_text().count("no") >= 2)

    process.kill()
    assert process.ends == []
