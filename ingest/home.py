"""The home: the folder where the embedded parts keep their files."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

DEFAULT: Final = Path(".zonewatch")
_MARKER: Final = "zonewatch-home.toml"
_FORMAT: Final = 1
_DEMO: Final = "demo"


class NoHomeError(Exception):
    """The folder is no home that this program can use; the message is one line."""


@dataclass(frozen=True, slots=True)
class Home:
    """A home, and what lies where in it."""

    path: Path

    @classmethod
    def create(cls, path: Path) -> "Home":
        """Return the home at a path, made there if there is nothing yet."""
        try:
            if not (path / _MARKER).exists():
                _make(path)
        except OSError as error:
            raise NoHomeError(f"{path}: cannot be made a home: {error.strerror}") from error
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> "Home":
        """Return the home at a path; where there is none, say what to do."""
        found = _format_of(path)
        if found != _FORMAT:
            raise NoHomeError(f"{path}: a home of format {found}, expected {_FORMAT}")
        return cls(path)

    def catalog_url(self, environment: Mapping[str, str] = os.environ) -> str:
        """Return where the catalog is: ZONEWATCH_CATALOG, else a file in the home."""
        return environment.get("ZONEWATCH_CATALOG") or f"sqlite:{self.path / 'catalog.sqlite'}"

    def store_setting(self, environment: Mapping[str, str] = os.environ) -> str:
        """Return which reading store is used: ZONEWATCH_STORE, else a file in the home."""
        return environment.get("ZONEWATCH_STORE") or f"duckdb:{self.store_path}"

    @property
    def is_demo(self) -> bool:
        """Whether the demo made it, so that simulated periods may be closed in it."""
        return (self.path / _DEMO).exists()

    def mark_as_demo(self) -> None:
        """Note that the demo made it."""
        (self.path / _DEMO).touch()

    @property
    def keys_dir(self) -> Path:
        """The folder of the key that daily digests and bundles are signed with."""
        return self.path / "keys"

    @property
    def store_path(self) -> Path:
        """The file of the embedded reading store."""
        return self.path / "readings.duckdb"

    @property
    def archive_dir(self) -> Path:
        """The folder of messages as received."""
        return self.path / "archive"

    @property
    def broker_dir(self) -> Path:
        """The folder of the broker that `zonewatch run` starts for itself."""
        return self.path / "mosquitto"

    @property
    def file_mappings_dir(self) -> Path:
        """The folder of an installation's own mappings of files, if it has any."""
        return self.mappings_dir / "files"

    @property
    def mappings_dir(self) -> Path:
        """The folder of an installation's own mappings, if it has any."""
        return self.path / "mappings"

    @property
    def codecs_dir(self) -> Path:
        """The folder of an installation's own payload codecs, if it has any."""
        return self.path / "codecs"

    @property
    def hours_dir(self) -> Path:
        """The folder of rolled hours, by zone and month."""
        return self.path / "hours"


def home_path(argument: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """Return where the home is looked for: as asked, else ZONEWATCH_HOME, else .zonewatch."""
    return argument or Path(environment.get("ZONEWATCH_HOME") or DEFAULT)


def _make(path: Path) -> None:
    path.mkdir(parents=True, exist_ok=True)
    if any(path.iterdir()):
        raise _no_home(path)
    (path / _MARKER).write_text(f"format = {_FORMAT}\n", encoding="utf-8")


def _format_of(path: Path) -> object:
    marker = path / _MARKER
    try:
        return tomllib.loads(marker.read_text(encoding="utf-8")).get("format")
    except (FileNotFoundError, NotADirectoryError):
        raise _no_home(path) from None
    except (OSError, ValueError) as error:
        raise NoHomeError(f"{marker}: cannot be read: {error}") from error


def _no_home(path: Path) -> NoHomeError:
    if not path.exists():
        return NoHomeError(
            f"{path}: no home is there; `zonewatch registry import` or `zonewatch demo` makes one,"
            " --home or ZONEWATCH_HOME names another"
        )
    what = "a folder without a home's marker" if path.is_dir() else "a file"
    return NoHomeError(f"{path}: {what}, expected a home of Zonewatch or an empty folder")
