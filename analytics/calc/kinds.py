"""What the calculator can compute: a module a kind.

Each module has `calculator()`, which returns a function from one row to its result. Rows are given
in order, so that a kind whose rows carry over can keep what it needs between them.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Final, TypeAlias

from analytics.calc.row import Row

Result: TypeAlias = dict[str, object]
Calculator: TypeAlias = Callable[[Row], Result]

KINDS: Final = {
    "ams_i_l": "analytics.calc.ams_i_l",
    "aqi": "analytics.calc.aqi",
    "aqi_composite": "analytics.calc.aqi_composite",
    "availability": "analytics.calc.availability",
    "counters": "analytics.calc.counters",
    "lamps_ev": "analytics.calc.lamps_ev",
    "nowcast": "analytics.calc.nowcast",
    "qartod": "analytics.calc.qartod",
    "sun_times": "analytics.calc.sun_times",
    "tool07": "analytics.calc.tool07",
    "uncertainty": "analytics.calc.uncertainty",
    "vmr0017_cdm": "analytics.calc.vmr0017_cdm",
}


def calculator(kind: str) -> Calculator:
    """Return a new calculator of a kind, one of KINDS."""
    made: Calculator = import_module(KINDS[kind]).calculator()
    return made
