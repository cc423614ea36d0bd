"""A report's language: its texts from the catalogue, its numbers and dates by CLDR."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Final

from babel.dates import format_date
from babel.numbers import format_decimal

from dashboards.wording.wording import SOURCE, Wording

_PHRASE: Final = "phrase."
_GAP: Final = re.compile(r"\\\{(\w+)\\\}")


class Language:
    """Writes texts, numbers and dates as readers of one language do.

    Raises UnknownLanguageError where there is no catalogue of it.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.say = Wording(code)
        self._told: dict[str, str] = {}

    def known(self, key: str, otherwise: str) -> str:
        """Return a text, or what to say where the catalogue has none."""
        return self.say(key) if key in self.say.keys else otherwise

    def number(self, digits: str) -> str:
        """Write a decimal string with the separators of the language, and all its decimals."""
        _, _, decimals = digits.partition(".")
        pattern = "#,##0" + ("." + "0" * len(decimals) if decimals else "")
        return format_decimal(Decimal(digits), format=pattern, locale=self.code)

    def day(self, text: str) -> str:
        """Write a day given as 2026-10-01."""
        return format_date(date.fromisoformat(text), "medium", locale=self.code)

    def instant(self, text: str) -> str:
        """Write an instant given by RFC 3339, in UTC."""
        at = datetime.fromisoformat(text).astimezone(UTC)
        return f"{format_date(at.date(), 'medium', locale=self.code)}, {at:%H:%M} UTC"

    def phrase(self, text: str) -> str:
        """Write a sentence of the document in this language; one that nobody knows stays as it is.

        A phrase may hold another one: a reason, and how many devices it holds for. Several may
        stand in a row, with semicolons between them.
        """
        if text not in self._told:
            self._told[text] = self._translated(text)
        return self._told[text]

    def covers(self, text: str) -> str:
        """Write what an interval covers, part by part."""
        return ", ".join(self.phrase(part) for part in text.split(", "))

    def _translated(self, text: str) -> str:
        for key, form in _phrases():
            if match := form.fullmatch(text):
                gaps = {name: self.phrase(part) for name, part in match.groupdict().items()}
                return self.say(key, **gaps)
        parts = text.split("; ")
        return "; ".join(map(self.phrase, parts)) if len(parts) > 1 else text


@cache
def _phrases() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(_forms())


def _forms() -> Iterator[tuple[str, re.Pattern[str]]]:
    source = Wording(SOURCE)
    for key in sorted(source.keys):
        if key.startswith(_PHRASE):
            yield key, re.compile(_GAP.sub(r"(?P<\1>.+)", re.escape(source(key))))
