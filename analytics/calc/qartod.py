"""Flags of a series by the checks of QARTOD."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, cast

import numpy as np

from analytics.calc.kinds import Calculator, Result
from analytics.calc.row import Row, RowError, decimal, decimals, inside, optional, text
from analytics.quality import qartod
from analytics.quality.qartod import Flags, Floats, Span, SpikeMethod


def calculator() -> Calculator:
    """Return the calculator of flags; no row depends on another."""
    return _flags


def _flags(row: Row) -> Result:
    test = text(row, "test")
    if test not in _TESTS:
        raise RowError(f"test {test!r}: expected {', '.join(_TESTS)}")
    return {"flags": _TESTS[test](row, inside(row, "params")).tolist()}


def _gross_range(row: Row, params: Row) -> Flags:
    suspect = _span(params, "suspect_span") if params.get("suspect_span") is not None else None
    return qartod.gross_range(_values(row), fail=_span(params, "fail_span"), suspect=suspect)


def _spike(row: Row, params: Row) -> Flags:
    method = params.get("method", SpikeMethod.AVERAGE)
    if method not in list(SpikeMethod):
        raise RowError(f"method: expected {' or '.join(SpikeMethod)}, got {method!r}")
    return qartod.spike(
        _values(row),
        suspect=_maybe(params, "suspect_threshold"),
        fail=_maybe(params, "fail_threshold"),
        method=SpikeMethod(str(method)),
    )


def _rate_of_change(row: Row, params: Row) -> Flags:
    values = _values(row)
    return qartod.rate_of_change(
        values,
        _seconds(row, params, len(values)),
        suspect=float(decimal(params, "threshold_per_s")),
        fail=_maybe(params, "fail_threshold_per_s"),
    )


def _flat_line(row: Row, params: Row) -> Flags:
    values = _values(row)
    return qartod.flat_line(
        values,
        _seconds(row, params, len(values)),
        suspect_s=float(decimal(params, "suspect_threshold_s")),
        fail_s=float(decimal(params, "fail_threshold_s")),
        tolerance=_maybe(params, "tolerance") or 0.0,
    )


def _attenuated_signal(row: Row, params: Row) -> Flags:
    return qartod.attenuated_signal(
        _values(row),
        suspect=float(decimal(params, "suspect_threshold")),
        fail=float(decimal(params, "fail_threshold")),
        by_range=params.get("check_type", "std") == "range",
    )


def _percentile_range(row: Row, params: Row) -> Flags:
    low, high = _maybe(params, "low_percentile"), _maybe(params, "hi_percentile")
    return qartod.percentile_range(
        _values(row),
        low=5 if low is None else low,
        high=95 if high is None else high,
        pad=_maybe(params, "pad") or 0.0,
    )


def _aggregate(row: Row, _: Row) -> Flags:
    vectors = row.get("vectors")
    if not isinstance(vectors, list) or not vectors:
        raise RowError(f"vectors: expected a list of lists of flags, got {vectors!r}")
    named: Row = {f"vectors[{i}]": each for i, each in enumerate(cast("list[object]", vectors))}
    flags = [_column(named, name).astype(np.int8) for name in named]
    if len({len(each) for each in flags}) != 1:
        raise RowError("vectors: expected lists of one length")
    return qartod.worst(flags)


_TESTS: Final[Mapping[str, Callable[[Row, Row], Flags]]] = MappingProxyType(
    {
        "gross_range": _gross_range,
        "spike": _spike,
        "rate_of_change": _rate_of_change,
        "flat_line": _flat_line,
        "attenuated_signal": _attenuated_signal,
        "percentile_range": _percentile_range,
        "aggregate": _aggregate,
    }
)


def _values(row: Row) -> Floats:
    return _column(row, "values")


def _seconds(row: Row, params: Row, count: int) -> Floats:
    """Return a series's instants: given each, or by their interval."""
    if row.get("times_s") is not None:
        return _column(row, "times_s")
    return np.arange(count, dtype=np.float64) * np.float64(decimal(params, "interval_s"))


def _column(row: Row, name: str) -> Floats:
    return np.array([np.nan if each is None else float(each) for each in decimals(row, name)])


def _span(params: Row, name: str) -> Span:
    ends = [float(each) for each in decimals(params, name) if each is not None]
    if len(ends) != 2:  # noqa: PLR2004 - a span has two ends
        raise RowError(f"{name}: expected two numbers")
    return ends[0], ends[1]


def _maybe(params: Row, name: str) -> float | None:
    value = optional(params, name)
    return None if value is None else float(value)
