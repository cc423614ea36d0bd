"""A NowCast from hourly means."""

from fractions import Fraction

from analytics.air.nowcast import nowcast
from analytics.calc.kinds import Calculator, Result
from analytics.calc.row import Row, RowError, decimals, text


def calculator() -> Calculator:
    """Return the calculator of NowCasts; no row depends on another."""
    return _nowcast


def _nowcast(row: Row) -> Result:
    pollutant = text(row, "pollutant")
    hours = [None if each is None else Fraction(each) for each in decimals(row, "values")]
    told = nowcast(pollutant, _newest_first(hours, row.get("order", "newest_first")))
    return {
        "weight": _number(told.weight),
        "nowcast": _number(told.value),
        "truncated": _number(told.truncated(pollutant, text(row, "unit"))),
    }


def _newest_first(hours: list[Fraction | None], order: object) -> list[Fraction | None]:
    if order == "newest_first":
        return hours
    if order == "oldest_first":
        return hours[::-1]
    raise RowError(f"order: expected newest_first or oldest_first, got {order!r}")


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
