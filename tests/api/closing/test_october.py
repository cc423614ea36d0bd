"""October played through: three people, late data, a revision, and the same digits again."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.api.closing.october import PERIOD, SILENT_FROM, SILENT_TO, October, october, running
from zonewatch import main

Json = Any


def run(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> tuple[int, Json]:
    """Run a command of a home and return its status and its JSON document."""
    capsys.readouterr()
    try:
        status = main([*words, "--home", str(home), "--json"])
    except SystemExit as stopped:
        status = int(stopped.code or 0)
    out, err = capsys.readouterr()
    return status, json.loads(out) if out else err


def sign(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    for word, name in (("close", "pa"), ("check", "chan"), ("approve", "sok")):
        status, told = run(capsys, home, word, *PERIOD, "--by", name)
        assert status == 0, told


def late(zone: October) -> None:
    zone.number += 0
    zone.arrive(SILENT_FROM, SILENT_TO)


def test_october_is_prepared_checked_approved_revised_and_re_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    with october(home):
        pass
    sign(capsys, home)
    status, first = run(capsys, home, "verify", *PERIOD)
    assert (status, first["same"]) == (0, True), first
    assert first["verified"][0]["source"] == "store"
    status, first = run(capsys, home, "verify", *PERIOD, "--from-archive")
    assert (status, first["same"]) == (0, True), first

    with running(home) as zone:
        zone.clock.set(datetime(2026, 11, 5, tzinfo=UTC))
        zone.number = 10_000
        late(zone)
    status, second = run(capsys, home, "close", *PERIOD, "--by", "pa")
    assert (status, second["revision"]) == (0, 2), second
    assert second["cause"]["text"] == "data that came or changed after it was prepared"

    for words in ((), ("--from-archive",)):
        for number in ("1", "2"):
            status, told = run(capsys, home, "verify", *PERIOD, "--revision", number, *words)
            assert (status, told["same"]) == (0, True), told
