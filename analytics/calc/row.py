"""One row given to the calculator, and how its fields are read.

A number stays as exact as it was written: JSON's decimals are read as `Decimal`, and text out of a
table's cell is as good as a number. An empty cell is a field that is not there.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeAlias, TypeVar, cast

Row: TypeAlias = Mapping[str, object]
_Told = TypeVar("_Told")


class RowError(ValueError):
    """A row does not say what its kind needs."""


def text(row: Row, name: str) -> str:
    """Return a field's text."""
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise RowError(f"{name}: expected text, got {value!r}")
    return value


def decimal(row: Row, name: str) -> Decimal:
    """Return a field's number, exactly as written."""
    value = optional(row, name)
    if value is None:
        raise RowError(f"{name}: expected a number, got nothing")
    return value


def optional(row: Row, name: str) -> Decimal | None:
    """Return a field's number, None where there is none."""
    value = row.get(name)
    return None if value is None or value == "" else _exact(value, name)


def decimals(row: Row, name: str) -> list[Decimal | None]:
    """Return a field's list of numbers, None where one is missing."""
    values = row.get(name)
    if not isinstance(values, list):
        raise RowError(f"{name}: expected a list of numbers, got {values!r}")
    numbers = enumerate(cast("list[object]", values))
    return [None if value is None else _exact(value, f"{name}[{i}]") for i, value in numbers]


def inside(row: Row, name: str) -> Row:
    """Return a field that is itself an object."""
    value = row.get(name)
    if not isinstance(value, dict):
        raise RowError(f"{name}: expected an object, got {value!r}")
    return cast("Row", value)


def by_kind(kinds: Mapping[str, Callable[[Row], _Told]]) -> Callable[[Row], _Told]:
    """Return a function of rows that say by `kind` what to do with their `inputs`."""

    def chosen(row: Row) -> _Told:
        kind = text(row, "kind")
        if kind not in kinds:
            raise RowError(f"kind: expected one of {', '.join(sorted(kinds))}, got {kind!r}")
        return kinds[kind](inside(row, "inputs"))

    return chosen


def integer(row: Row, name: str) -> int:
    """Return a field's whole number."""
    value = decimal(row, name)
    if value != value.to_integral_value():
        raise RowError(f"{name}: expected a whole number, got {value}")
    return int(value)


def flag(row: Row, name: str, *, without: bool = False) -> bool:
    """Return a field that is true or false, or what holds without it."""
    value = row.get(name)
    if value is None:
        return without
    if not isinstance(value, bool):
        raise RowError(f"{name}: expected true or false, got {value!r}")
    return value


def numbers(row: Row, name: str) -> list[Decimal]:
    """Return a field's list of numbers, none of which may be missing."""
    values = decimals(row, name)
    known = [value for value in values if value is not None]
    if len(known) != len(values):
        raise RowError(f"{name}[{values.index(None)}]: expected a number, got nothing")
    return known


def rows(row: Row, name: str) -> list[Row]:
    """Return a field's list of objects."""
    values = row.get(name)
    if not isinstance(values, list):
        raise RowError(f"{name}: expected a list of objects, got {values!r}")
    found = cast("list[object]", values)
    for number, value in enumerate(found):
        if not isinstance(value, dict):
            raise RowError(f"{name}[{number}]: expected an object, got {value!r}")
    return cast("list[Row]", found)


def _exact(value: object, name: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise RowError(f"{name}: expected a number, got {value!r}")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise RowError(f"{name}: expected a number, got {value!r}") from None
    if not number.is_finite():
        raise RowError(f"{name}: expected a finite number, got {value!r}")
    return number
