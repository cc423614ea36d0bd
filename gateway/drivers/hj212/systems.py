"""Systems (ST) of HJ 212-2017, Table 5, as far as they decide how a value is understood."""

from typing import Final

SURFACE_WATER: Final = "21"
HOST: Final = "91"
WATER: Final = frozenset({SURFACE_WATER, "24", "26", "32", "33", "34", "52"})
SOURCES: Final = frozenset({"27", "31", "51"})  # of waste gas; construction dust is out of doors
