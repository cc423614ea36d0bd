"""The command `quarantine`."""

import json
from pathlib import Path

import pytest

from ingest.archive import Archive
from ingest.catalog import open_catalog
from ingest.commands.opening import reading
from ingest.commands.quarantine import main
from ingest.contract.clock import ManualClock
from ingest.home import Home
from ingest.pipeline import Pipeline
from ingest.storage.memory import MemoryStore
from tests.builders import a_registry
from tests.ingest.arrivals import NOW, a_chunk, a_message, a_part
from tests.ingest.embedded import Mailbox

_CHUNK = a_chunk(a_part([60.0, "x"]))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with a row, a message of rubbish and a message that is too large in quarantine."""
    monkeypatch.delenv("ZONEWATCH_CATALOG", raising=False)
    home = Home.create(tmp_path / "home")
    monkeypatch.setenv("ZONEWATCH_HOME", str(home.path))
    with reading(home):
        pass
    engine = open_catalog(home.catalog_url())
    with Archive(home.archive_dir, "w1") as archive:
        pipeline = Pipeline(
            worker="w1",
            archive=archive,
            store=MemoryStore(),
            catalog=engine,
            registry=a_registry,
            publisher=Mailbox(),
            clock=ManualClock(NOW),
        )
        messages = [a_message(_CHUNK), a_message(b"\xffrubbish"), a_message(b"{" + bytes(70_000))]
        for message in messages:
            list(pipeline.commit([message]))
    engine.dispose()
    return home


@pytest.mark.usefixtures("home")
def test_the_list_says_what_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0

    first, second, third = capsys.readouterr().out.splitlines()
    assert first == (
        "1  2026-10-31T06:00:00Z  kh-gw-1  boot-1  1 records"
        "  load_power: expected a finite number, got 'x'"
    )
    assert second.startswith("2  2026-10-31T06:00:00Z  kh-gw-1  -  - records  payload: expected")
    assert third.endswith("more than 65536 bytes on the wire")


@pytest.mark.usefixtures("home")
def test_an_entry_is_shown_with_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "1", "--json"]) == 0

    shown = json.loads(capsys.readouterr().out)
    assert shown["topic"] == "zw/1/kh-gw-1/up/chunk"
    assert shown["payload"] == _CHUNK
    assert shown["records"] == [
        {
            "number": 2,
            "device": "kh-lamp-1",
            "measured_at": "2026-10-30T11:05:00Z",
            "values": {"load_power": "x"},
        }
    ]
    assert shown["numbers"] == [[2, 2]]
    assert shown["place"] == {"file": "w1-2026-10-31.zwa", "offset": 0, "index": 0}


@pytest.mark.usefixtures("home")
def test_json_is_shown_for_people_indented(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "1"]) == 0

    told = capsys.readouterr().out
    assert "reason       load_power: expected a finite number, got 'x'\n" in told
    assert told.endswith(json.dumps(_CHUNK, indent=2) + "\n")


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        pytest.param("2", {"bytes": 8, "hex": "ff 72 75 62 62 69 73 68"}, id="rubbish"),
        pytest.param("3", {"bytes": 70_001, "hex": " ".join(["7b", *["00"] * 63])}, id="too large"),
    ],
)
def test_of_what_is_no_json_the_first_bytes_are_shown(
    capsys: pytest.CaptureFixture[str], entry: str, expected: object
) -> None:
    assert main(["show", entry, "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["payload"] == expected


def test_an_archive_that_goes_on_being_written_is_not_touched(home: Home) -> None:
    (path,) = home.archive_dir.iterdir()
    with path.open("ab") as written:
        written.write(b"half a frame")
    before = path.read_bytes()

    assert main(["show", "2"]) == 0
    assert path.read_bytes() == before


@pytest.mark.parametrize("entry", ["0", "4", "-1", str(2**70)])
@pytest.mark.usefixtures("home")
def test_an_unknown_entry_is_one_line(capsys: pytest.CaptureFixture[str], entry: str) -> None:
    assert main(["show", "--", entry]) == 2

    error = capsys.readouterr().err
    assert error == f"zonewatch quarantine: no entry {entry} in quarantine\n"


def test_an_archive_that_is_gone_or_damaged_is_one_line(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    (path,) = home.archive_dir.iterdir()
    path.write_bytes(path.read_bytes()[:30])
    assert main(["show", "1"]) == 2
    assert capsys.readouterr().err.endswith("the frame at byte 0 is not what was written\n")

    path.unlink()
    assert main(["show", "1"]) == 2
    error = capsys.readouterr().err
    assert str(path) in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("command", [["list"], ["show", "1"]])
def test_without_a_home_there_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    assert main([*command, "--home", str(tmp_path / "none")]) == 2

    error = capsys.readouterr().err
    assert "no home is there" in error
    assert error.count("\n") == 1
