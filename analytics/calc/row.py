"""One row given to the calculator, and how its fields are read.

A number stays as exact as it was written: JSON's decimals are read as `Decimal`, and text out of a
table's cell is as good as a number. An empty cell is a field that is not there.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import TypeAlias, cast

Row: TypeAlias = Mapping[str, object]


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


def rows(row: Row, name: str) -> list[Row]:
    """Return a field that is a list of objects."""
    values = row.get(name)
    if not isinstance(values, list):
        raise RowError(f"{name}: expected a list of objects, got {values!r}")
    named: Row = {f"{name}[{i}]": each for i, each in enumerate(cast("list[object]", values))}
    return [inside(named, each) for each in named]


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
