"""Reading a TOML table key by key: the type that was expected, or an error naming file and key."""

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

from ingest.contract.identity import is_name


class ConfigError(ValueError):
    """A site file that cannot be used: which key, and what was expected there."""

    def __init__(self, path: Path, key: str | None, expected: str) -> None:
        super().__init__(f"{path}: {f'{key}: ' if key else ''}expected {expected}")
        self.path = path
        self.key = key
        self.expected = expected


def read_toml(path: Path) -> dict[str, object]:
    """Return what a TOML file holds, or raise ConfigError."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(path, None, f"a readable file: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, None, f"TOML: {error}") from None


class Table:
    """One table of a TOML file, which remembers what has been asked of it."""

    def __init__(self, path: Path, where: str, body: Mapping[str, object]) -> None:
        """Read a table; where is its own key in the file, empty for the whole file."""
        self._path = path
        self._where = where
        self._body = body
        self._asked: set[str] = set()

    def error(self, key: str, expected: str) -> ConfigError:
        """Return the error to raise about a key."""
        return ConfigError(self._path, f"{self._where}{key}", expected)

    def text(self, key: str, *, default: str | None = None) -> str:
        """Take a text that is not empty."""
        value = self._take(key, default)
        if not isinstance(value, str) or (not value and default is None):
            raise self.error(key, "a text")
        return value

    def name(self, key: str) -> str:
        """Take the name of a thing."""
        value = self._take(key, None)
        if not isinstance(value, str) or not is_name(value):
            raise self.error(key, "a name of lower-case letters, digits, '.', '_' or '-'")
        return value

    def whole(self, key: str, low: int, high: int, *, default: int | None = None) -> int:
        """Take a whole number from low to high."""
        value = self._take(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.error(key, f"a whole number from {low} to {high}")
        return value

    def wholes(self, key: str, low: int, high: int) -> list[int]:
        """Take a list of whole numbers from low to high; one that is not there is empty."""
        value = self._take(key, [])
        if not isinstance(value, list) or not all(
            type(each) is int and low <= each <= high for each in value
        ):
            raise self.error(key, f"a list of whole numbers from {low} to {high}")
        return list(value)

    def texts(self, key: str) -> list[str]:
        """Take a list of at least one text."""
        value = self._take(key, None)
        if not isinstance(value, list) or not value or not all(isinstance(e, str) for e in value):
            raise self.error(key, "a list of texts")
        return list(value)

    def number(self, key: str, low: float, high: float, *, default: float | None = None) -> float:
        """Take a number from low to high."""
        value = self._take(key, default)
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not low <= value <= high
        ):
            raise self.error(key, f"a number from {low:g} to {high:g}")
        return float(value)

    def choices(self, key: str, known: Collection[str]) -> tuple[str, ...]:
        """Take a list of at least one of some texts."""
        value = self._take(key, None)
        if not isinstance(value, list) or not value or not all(each in known for each in value):
            raise self.error(key, f"a list of {', '.join(known)}")
        return tuple(value)

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys that are there."""
        return tuple(self._body)

    def has(self, key: str) -> bool:
        """Tell whether a key is there."""
        return key in self._body

    def flag(self, key: str) -> bool:
        """Take true or false; one that is not there is false."""
        value = self._take(key, default=False)
        if not isinstance(value, bool):
            raise self.error(key, "true or false")
        return value

    def table(self, key: str) -> "Table":
        """Take a table; one that is not there is empty."""
        value = self._take(key, {})
        if not isinstance(value, dict):
            raise self.error(key, f"a table [{self._where}{key}]")
        return Table(self._path, f"{self._where}{key}.", value)

    def tables(self, key: str) -> "list[Table]":
        """Take at least one table of a list."""
        value = self._take(key, None)
        if not isinstance(value, list) or not value or not all(isinstance(t, dict) for t in value):
            raise self.error(key, f"at least one table [[{self._where}{key}]]")
        return [
            Table(self._path, f"{self._where}{key}[{place}].", each)
            for place, each in enumerate(value)
        ]

    def nothing_else(self) -> None:
        """Refuse keys that nobody asked for: they are misspelled."""
        unknown = sorted(self._body.keys() - self._asked)
        if unknown:
            raise self.error(unknown[0], f"one of {', '.join(sorted(self._asked))}")

    def _take(self, key: str, default: object) -> object:
        self._asked.add(key)
        return self._body.get(key, default)
