import json
from pathlib import Path

import pytest

from api.catalog import ready_catalog
from api.reports import cli
from ingest.home import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home.create(tmp_path / "home")
    ready_catalog(made.catalog_url({})).dispose()
    return made


def run(home: Home, *more: str) -> int:
    return cli.main(["--programme", "--period", "2026-10", "--home", str(home.path), *more])


@pytest.mark.parametrize(
    ("name", "begins"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")]
)
def test_a_period_without_data_is_a_report_all_the_same(
    home: Home, tmp_path: Path, name: str, begins: bytes
) -> None:
    output = tmp_path / f"report.{name}"

    assert run(home, "--format", name, "--lang", "lo", "-o", str(output)) == 0

    assert output.read_bytes().startswith(begins)


def test_a_table_gets_its_metadata_beside_it(home: Home, tmp_path: Path) -> None:
    assert run(home, "--format", "csv", "-o", str(tmp_path / "r.csv")) == 0

    about = json.loads((tmp_path / "r.csv-metadata.json").read_bytes())
    assert about["url"] == "r.csv"


def test_the_language_can_stand_in_the_environment(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZONEWATCH_LANG", "zh")

    assert run(home, "--format", "csv", "-o", str(tmp_path / "r.csv")) == 0

    about = json.loads((tmp_path / "r.csv-metadata.json").read_bytes())
    assert about["dc:language"] == "zh"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(["--lang", "xx"], "expected one of en, km, lo, zh", id="language"),
        pytest.param(["--lang", "../en"], "expected one of en, km, lo, zh", id="language's path"),
        pytest.param(["-o", "."], "a folder; expected a file", id="a folder"),
        pytest.param(["-o", "a\0b"], "no name of a file", id="a null byte"),
        pytest.param(["-o", "/nowhere/at/all"], "/nowhere/at/all", id="no such folder"),
        pytest.param(["--brief"], "add --format pdf", id="a brief that is no PDF"),
        pytest.param(["-o", "x" * 300], "too long", id="a name too long"),
    ],
)
def test_bad_input_is_one_line_and_exit_status_2(
    home: Home,
    tmp_path: Path,
    arguments: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)

    assert run(home, *arguments) == 2

    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1
    assert [each.name for each in tmp_path.iterdir()] == ["home"]


@pytest.mark.parametrize("way", ["catalog.sqlite", "new.pdf", "sub/../catalog.sqlite"])
def test_nothing_is_written_into_the_home(
    home: Home, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in home.path.rglob("*") if path.is_file()}

    assert run(home, "--format", "pdf", "-o", str(home.path / way)) == 2

    assert "inside the home" in capsys.readouterr().err
    assert {path for path in home.path.rglob("*") if path.is_file()} == before.keys()


def test_a_link_into_the_home_is_no_way_around(
    home: Home, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "link").symlink_to(home.path)

    assert run(home, "-o", str(tmp_path / "link" / "catalog.sqlite")) == 2

    assert "inside the home" in capsys.readouterr().err
