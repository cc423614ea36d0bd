"""Reading decoded mappings field by field: what was expected, or an error naming the field."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from math import isfinite
from typing import Final, cast

from ingest.contract.identity import is_name
from ingest.contract.period import parse_rfc3339
from ingest.contract.ranges import Ranges

TEXT_LIMIT: Final = 200  # characters
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


class MalformedError(ValueError):
    """A message that is not what its topic says: which field, and what was expected there."""

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field}: expected {expected}")
        self.field = field
        self.expected = expected


def mapping(value: object, field: str) -> Mapping[str, object]:
    """Take an object."""
    if not isinstance(value, dict):
        raise MalformedError(field, "an object")
    return cast("Mapping[str, object]", value)


def sequence(value: object, field: str) -> Sequence[object]:
    """Take a list."""
    if not isinstance(value, list):
        raise MalformedError(field, "a list")
    return cast("Sequence[object]", value)


def text(value: object, field: str) -> str:
    """Take a text of at most 200 characters, none of them a control character."""
    if not isinstance(value, str) or value != as_text(value):
        raise MalformedError(field, "a text of at most 200 characters, none a control character")
    return value


def as_text(quoted: str) -> str:
    """Make of what quotes a stranger a text: cut, and without control characters."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", quoted[:TEXT_LIMIT])


def name(value: object, field: str) -> str:
    """Take the name of a thing."""
    if not is_name(value):
        raise MalformedError(field, "a name of lower-case letters, digits, '.', '_' or '-'")
    return cast("str", value)


def count(value: object, field: str) -> int:
    """Take a whole number from 0 to 2^53; true and false are not numbers."""
    if type(value) is not int or not 0 <= value <= 2**53:
        raise MalformedError(field, "a whole number from 0 to 2^53")
    return value


def number(value: object, field: str) -> float:
    """Take a finite number; true and false are not numbers."""
    try:
        finite = type(value) in (int, float) and isfinite(cast("float", value))
    except OverflowError:
        finite = False
    if not finite:
        raise MalformedError(field, "a finite number")
    return float(cast("float", value))


def moment(value: object, field: str) -> datetime:
    """Take an RFC 3339 instant."""
    try:
        return parse_rfc3339(text(value, field))
    except (ValueError, OverflowError):  # the latter at the ends of the calendar
        raise MalformedError(field, "an instant like 2026-10-31T17:55:00Z") from None


def day(value: object, field: str) -> date:
    """Take a calendar day, written in the one way that can be a key."""
    try:
        taken = date.fromisoformat(text(value, field))
    except ValueError:
        taken = None
    if taken is None or taken.isoformat() != value:
        raise MalformedError(field, "a day like 2026-10-31")
    return taken


def ranges(value: object, field: str) -> Ranges:
    """Take ranges as a list of [first, last]."""
    return Ranges.of(
        *(span(pair, f"{field}[{place}]") for place, pair in enumerate(sequence(value, field)))
    )


def span(value: object, field: str) -> tuple[int, int]:
    """Take one [first, last], first at least 1."""
    pair = sequence(value, field)
    if len(pair) != 2:  # noqa: PLR2004
        raise MalformedError(field, "[first, last]")
    first, last = count(pair[0], field), count(pair[1], field)
    if not 1 <= first <= last:
        raise MalformedError(field, "[first, last] with 1 <= first <= last")
    return first, last
