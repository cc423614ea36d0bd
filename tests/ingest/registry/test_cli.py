"""The command `registry`."""

import json
from pathlib import Path

import pytest

from ingest.audit.journal import entries
from ingest.catalog import open_catalog
from ingest.registry.cli import main

ZONES = (
    "id,name,country,grid,timezone,latitude,longitude\n"
    "north,North,LA,LA,Asia/Vientiane,17.9757,102.6331\n"
)
PROGRAMME = sorted(Path(main.__code__.co_filename).parent.glob("programme/*.csv"))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZONEWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("ZONEWATCH_CATALOG", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


@pytest.fixture
def zones(tmp_path: Path) -> Path:
    path = tmp_path / "zones.csv"
    path.write_text(ZONES, encoding="utf-8")
    return path


def test_import_makes_the_home_and_prints_what_it_entered(
    zones: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(zones)]) == 0
    assert (home / "catalog.sqlite").exists()
    assert capsys.readouterr().out == (
        "zones: 1 new, 0 changed, 0 unchanged\nentered as change 1\n"
    )


def test_import_prints_one_json_document_and_no_change_where_nothing_is_new(
    zones: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["import", str(zones)])
    capsys.readouterr()

    assert main(["import", "--json", str(zones)]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "change": None,
        "rows": {"zones": {"new": 0, "changed": 0, "unchanged": 1}},
    }


def test_import_enters_all_or_nothing(
    zones: Path, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sites = tmp_path / "sites.csv"
    sites.write_text("id,zone,name\nmill,south,Mill\n", encoding="utf-8")

    assert main(["import", str(zones), str(sites)]) == 2
    assert not home.exists()
    assert "sites.csv:2: column zone: expected" in capsys.readouterr().err

    assert main(["import", str(zones)]) == 0
    assert main(["import", str(sites)]) == 2
    assert main(["export", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "sites.csv").read_text(encoding="utf-8").count("\n") == 1


def test_export_writes_what_import_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", *map(str, PROGRAMME)]) == 0
    assert main(["export", str(tmp_path / "out")]) == 0
    written = sorted(map(str, (tmp_path / "out").glob("*.csv")))
    capsys.readouterr()

    assert main(["import", "--json", *written]) == 0
    assert json.loads(capsys.readouterr().out)["change"] is None
    assert main(["import", "--home", str(tmp_path / "second"), "--json", *written]) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["lots"]["new"] == 13


def test_check_needs_no_home_and_makes_none(
    zones: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(zones)]) == 0
    assert not home.exists()
    assert capsys.readouterr().out == "zones: 1 new, 0 changed, 0 unchanged\n"


def test_check_looks_references_up_in_the_home_that_is_there(zones: Path, tmp_path: Path) -> None:
    sites = tmp_path / "sites.csv"
    sites.write_text("id,zone,name\nmill,north,Mill\n", encoding="utf-8")

    assert main(["check", str(sites)]) == 2
    assert main(["import", str(zones)]) == 0
    assert main(["check", str(sites)]) == 0


@pytest.mark.parametrize("command", [["export", "out"], ["check", "zones.csv", "--home", "none"]])
def test_a_command_that_finds_no_home_says_so(
    command: list[str], zones: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert zones.exists()
    assert main(command) == 2
    assert "no home is there" in capsys.readouterr().err


def test_a_folder_that_is_no_home_is_left_alone(
    zones: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "documents"
    wrong.mkdir()
    (wrong / "letter.txt").write_text("", encoding="utf-8")

    assert main(["import", str(zones), "--home", str(wrong)]) == 2
    assert "without a home's marker" in capsys.readouterr().err
    assert [path.name for path in wrong.iterdir()] == ["letter.txt"]


def test_the_catalog_may_lie_elsewhere(
    zones: Path, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZONEWATCH_CATALOG", f"sqlite:{tmp_path / 'elsewhere.sqlite'}")

    assert main(["import", str(zones)]) == 0
    assert (tmp_path / "elsewhere.sqlite").exists()
    assert not (home / "catalog.sqlite").exists()


def test_a_catalog_that_cannot_be_opened_is_one_line(
    zones: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZONEWATCH_CATALOG", "sqlite:missing/folder/catalog.sqlite")

    assert main(["import", str(zones)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_import_is_written_down_with_who_did_it(zones: Path, home: Path) -> None:
    main(["import", str(zones), "--actor", "walker"])
    main(["import", str(zones), "--actor", "walker"])

    catalog = open_catalog(f"sqlite:{home / 'catalog.sqlite'}")
    with catalog.connect() as connection:
        found = [each.deed for each in entries(connection)]
    catalog.dispose()
    assert [(each.actor, each.action, each.object) for each in found] == [
        ("walker", "registry.import", "change:1")
    ]
