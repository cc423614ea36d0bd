"""How a device's own JSON says what it measured: which field is which metric, and when that was.

A mapping is data. One record comes out of a message, whole or not at all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite
from types import MappingProxyType
from typing import cast

from ingest.contract import fields
from ingest.contract.fields import MalformedError
from ingest.contract.period import TIME_LIMIT_MS, micros


class TimeFormat(StrEnum):
    """How a device writes an instant; all of them in UTC or with an offset."""

    RFC3339 = "rfc3339"
    UNIX_S = "unix_s"  # may have a fraction
    UNIX_MS = "unix_ms"


Path = tuple[str, ...]
"""Keys from the outermost object inwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedField:
    """A field that holds a metric's value: metric = value * scale + offset, in its unit."""

    path: Path
    metric: str
    scale: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldMapping:
    """What one kind of device says, and where."""

    id: str
    time: Path
    time_format: TimeFormat
    values: tuple[MappedField, ...] = ()
    metrics_in: Path | None = None  # an object of metrics by their own names, in their own units


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a message says: values by metric, None where the device has none to give."""

    measured_at: int  # milliseconds since the epoch, UTC
    values: Mapping[str, float | None]


def read_said(body: Mapping[str, object], mapping: FieldMapping) -> Said:
    """Read a device's message; fields that the mapping does not name are ignored.

    Raises:
        MalformedError: The time is not there or not one, a value is no number, or there is none.
    """
    values: Mapping[str, float | None] = {}
    if mapping.metrics_in is not None:
        named = fields.mapping(_at(body, mapping.metrics_in), ".".join(mapping.metrics_in))
        values = _numbers(named)
    if mapping.values:
        values = read_values(body, mapping.values, values)
    speaking(values)
    time = _READ[mapping.time_format](_at(body, mapping.time), ".".join(mapping.time))
    return Said(measured_at=time, values=values)


def read_values(
    body: Mapping[str, object],
    places: Sequence[MappedField],
    known: Mapping[str, float | None] = MappingProxyType({}),
) -> dict[str, float | None]:
    """Return what lies at places beside what is known; of two that say a metric the last holds.

    Raises:
        MalformedError: A value is no number.
    """
    values = dict(known)
    for field in places:
        value = _scaled(_at(body, field.path), field)
        if value is not None or field.metric not in values:
            values[field.metric] = value
    return values


def speaking(values: Mapping[str, float | None]) -> None:
    """Raise MalformedError where no metric has a value."""
    if {*values.values()} <= {None}:
        raise MalformedError("values", "a record that says something")


def _at(body: object, path: Sequence[str]) -> object:
    """Return what lies at a path, None where nothing does."""
    for key in path:
        if not isinstance(body, dict):
            return None
        body = body.get(key)
    return body


def _number(value: object, field: str) -> float | None:
    return None if value is None else fields.number(value, field)


def _numbers(named: Mapping[str, object]) -> Mapping[str, float | None]:
    """Return numbers by name; all of them at once where they are numbers, as they are as a rule."""
    if {*map(type, named.values())} == {float}:
        sound = cast("Mapping[str, float]", named)
        if isfinite(sum(sound.values())):
            return sound
    return {name: _number(value, name) for name, value in named.items()}


def _scaled(value: object, field: MappedField) -> float | None:
    name = ".".join(field.path)
    number = _number(value, name)
    return None if number is None else fields.number(number * field.scale + field.offset, name)


def _unix_s(value: object, field: str) -> int:
    seconds = fields.number(value, field)
    if not 0 <= seconds * 1_000 < TIME_LIMIT_MS:
        raise MalformedError(field, "seconds since 1970")
    return round(seconds * 1_000)


def _unix_ms(value: object, field: str) -> int:
    if type(value) is not int or not 0 <= value < TIME_LIMIT_MS:
        raise MalformedError(field, "whole milliseconds since 1970")
    return value


def _rfc3339(value: object, field: str) -> int:
    return micros(fields.moment(value, field)) // 1_000


_READ: Mapping[TimeFormat, Callable[[object, str], int]] = {
    TimeFormat.RFC3339: _rfc3339,
    TimeFormat.UNIX_S: _unix_s,
    TimeFormat.UNIX_MS: _unix_ms,
}
