"""What a counter advanced by."""

import numpy as np

from analytics.calc.kinds import Calculator, Result
from analytics.calc.row import Row, decimals, optional
from analytics.counters import NegativeCounterError, advance


def calculator() -> Calculator:
    """Return the calculator of counters; no row depends on another."""
    return _advance


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
