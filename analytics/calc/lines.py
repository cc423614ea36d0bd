"""Lines to rows, results to lines: one JSON object a line, one line out for each line in."""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import cast

from analytics.calc.kinds import Calculator
from analytics.calc.row import Row


class NotARowError(ValueError):
    """A line is no JSON object."""


def answers(lines: Iterable[str], calculate: Calculator) -> Iterator[str]:
    """Answer each line that is not blank.

    A row the calculator cannot compute is answered with its error, and so is a line that is no
    JSON object; the next line is answered all the same.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _answer(line, number, calculate)


def _answer(line: str, number: int, calculate: Calculator) -> str:
    try:
        row = _row(line)
    except NotARowError:
        return json.dumps({"id": None, "error": f"line {number}: expected a JSON object"})
    known = {"id": row.get("id")}
    try:
        return _written(known | {"result": calculate(row)})
    except (ValueError, ArithmeticError) as error:
        return _written(known | {"error": str(error) or type(error).__name__})


def _row(line: str) -> Row:
    try:
        row = json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise NotARowError(line) from error
    if not isinstance(row, dict):
        raise NotARowError(line)
    return cast("Row", row)


def _written(answer: dict[str, object]) -> str:
    return json.dumps(answer, default=_number, ensure_ascii=False, allow_nan=False)


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{value!r} has no form in JSON")
