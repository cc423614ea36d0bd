"""What a counter advanced by, and whether so much is plausible."""

import numpy as np

from analytics.calc.kinds import Calculator, Result
from analytics.calc.row import Row, by_kind, decimal, decimals, optional
from analytics.counters import NegativeCounterError, advance
from analytics.plausible import most_kwh


def calculator() -> Calculator:
    """Return the calculator of counters; no row depends on another."""
    judge = by_kind({"plausibility": _plausible})
    return lambda row: judge(row) if row.get("kind") is not None else _advance(row)


def _plausible(given: Row) -> Result:
    cap = most_kwh(
        p0_kw=decimal(given, "p0_kwp"),
        hours=decimal(given, "dt_h"),
        factor=decimal(given, "factor"),
    )
    return {"cap_kwh": cap, "accept": decimal(given, "delta_kwh") <= cap}


def _advance(row: Row) -> Result:
    values = [float(value) for value in decimals(row, "values") if value is not None]
    modulus = optional(row, "modulus")
    try:
        told = advance(
            np.array(values, np.float64),
            running=None,
            modulus=None if modulus is None else float(modulus),
        )
    except NegativeCounterError:
        return {"delta": None, "resets": None, "ignored_dips": None, "error": "negative"}
    return {
        "delta": float(told.increase.sum()),
        "resets": int(told.resets.sum()),
        "ignored_dips": int(told.dips.sum()),
        "error": None,
    }
