"""The catalogue of a language: a text by its key, with its gaps filled in."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

SOURCE: Final = "en"


class UnknownLanguageError(LookupError):
    """A language without a catalogue."""

    def __init__(self, language: str) -> None:
        super().__init__(f"no texts in {language!r}: expected one of {', '.join(languages())}")
        self.language = language


class UnknownTextError(LookupError):
    """A key that a catalogue does not have."""

    def __init__(self, key: str, language: str) -> None:
        super().__init__(f"{language}.toml has no text {key!r}")
        self.key = key


class Wording:
    """The texts of one language."""

    def __init__(self, language: str = SOURCE) -> None:
        if language not in languages():
            raise UnknownLanguageError(language)
        self.language = language
        self._texts = _read(language)

    @property
    def keys(self) -> frozenset[str]:
        """Every key there is a text for."""
        return frozenset(self._texts)

    @property
    def ordered(self) -> tuple[str, ...]:
        """Every key, as the catalogue has them one below the other."""
        return tuple(self._texts)

    def __call__(self, key: str, **gaps: object) -> str:
        """Return a text, its gaps filled in."""
        try:
            text = self._texts[key]
        except KeyError:
            raise UnknownTextError(key, self.language) from None
        return text.format(**gaps) if gaps else text


@cache
def _read(language: str) -> Mapping[str, str]:
    content = files("dashboards.wording").joinpath(f"{language}.toml").read_text("utf-8")
    return dict(_flat(tomllib.loads(content)))


@cache
def languages() -> tuple[str, ...]:
    """Return the languages there are catalogues of."""
    names = (each.name for each in files("dashboards.wording").iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


def _flat(table: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", str(value)
