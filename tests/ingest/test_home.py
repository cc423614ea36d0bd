"""The home folder, and what is none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.home import Home, NoHomeError, home_path


def a_file(path: Path) -> None:
    path.write_text("", encoding="utf-8")


def a_full_folder(path: Path) -> None:
    path.mkdir()
    (path / "letters.txt").write_text("", encoding="utf-8")


def a_future_home(path: Path) -> None:
    path.mkdir()
    (path / "zonewatch-home.toml").write_text("format = 2\n", encoding="utf-8")


def a_torn_marker(path: Path) -> None:
    path.mkdir()
    (path / "zonewatch-home.toml").write_text("format = ", encoding="utf-8")


def nothing(path: Path) -> None:
    assert not path.exists()


def test_a_home_is_made_once_and_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "home"

    made = Home.create(path)
    (path / "kept").write_text("", encoding="utf-8")

    assert Home.create(path) == made == Home.open(path)
    assert (path / "kept").exists()


@pytest.mark.parametrize(
    ("lay", "expected"),
    [
        (nothing, "no home is there"),
        (a_file, "a file, expected a home"),
        (a_full_folder, "without a home's marker"),
        (a_future_home, "a home of format 2, expected 1"),
        (a_torn_marker, "cannot be read"),
    ],
)
def test_what_is_no_home_is_told_in_one_line(
    tmp_path: Path, lay: Callable[[Path], None], expected: str
) -> None:
    path = tmp_path / "home"
    lay(path)

    with pytest.raises(NoHomeError, match=expected) as caught:
        Home.open(path)

    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("lay", [a_file, a_full_folder, a_future_home, a_torn_marker])
def test_no_home_is_made_of_something_else(tmp_path: Path, lay: Callable[[Path], None]) -> None:
    path = tmp_path / "home"
    lay(path)

    with pytest.raises(NoHomeError):
        Home.create(path)


def test_no_home_is_made_below_a_file(tmp_path: Path) -> None:
    a_file(tmp_path / "file")

    with pytest.raises(NoHomeError, match="cannot be made a home"):
        Home.create(tmp_path / "file" / "home")


@pytest.mark.parametrize(
    ("argument", "environment", "expected"),
    [
        (Path("asked"), {"ZONEWATCH_HOME": "set"}, "asked"),
        (None, {"ZONEWATCH_HOME": "set"}, "set"),
        (None, {"ZONEWATCH_HOME": ""}, ".zonewatch"),
        (None, {}, ".zonewatch"),
    ],
)
def test_a_home_is_looked_for_as_asked_else_as_set(
    argument: Path | None, environment: dict[str, str], expected: str
) -> None:
    assert home_path(argument, environment) == Path(expected)


def test_the_catalog_lies_in_the_home_unless_set_otherwise() -> None:
    home = Home(Path("h"))

    assert home.catalog_url({}) == "sqlite:h/catalog.sqlite"
    assert home.catalog_url({"ZONEWATCH_CATALOG": "postgresql://c/z"}) == "postgresql://c/z"
