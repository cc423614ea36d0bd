"""A station's index from several pollutants.

An input is called pollutant, averaging time and, where it is not the table's, its unit:
`o3_8h_ppm`. It is a number, or the hours of a day.
"""

import re
from fractions import Fraction
from typing import Final

from analytics.air.editions import Edition, TableKey
from analytics.air.station import station_index
from analytics.air.units import Concentration, in_unit
from analytics.calc.aqi import edition_of
from analytics.calc.kinds import Calculator, Result
from analytics.calc.row import Row, RowError, decimals, inside, optional

_NAME: Final = re.compile(r"([a-z0-9]+)_(1h|8h|24h)(?:_(ppb|ppm|ug_?m3|mg_?m3))?")
_UNITS: Final = {"ugm3": "ug/m3", "mgm3": "mg/m3", "ppb": "ppb", "ppm": "ppm"}


def calculator() -> Calculator:
    """Return the calculator of station indices; no row depends on another."""
    return _station


def _station(row: Row) -> Result:
    asked, inputs = edition_of(row), inside(row, "inputs")
    given = dict(_input(asked, inputs, name) for name in inputs)
    told = station_index(asked, given)
    leading = (
        {"dominant": next(iter(told.leading), None)}
        if asked.primary_above is None
        else {"primary": list(told.leading)}
    )
    indices = {f"{name}_{averaging}": each for (name, averaging), each in told.sub_indices.items()}
    return {"index": told.index, "sub_indices": indices, **leading}


def _input(
    asked: Edition, inputs: Row, name: str
) -> tuple[TableKey, Fraction | list[Fraction | None] | None]:
    match = _NAME.fullmatch(name)
    if match is None:
        raise RowError(f"{name}: expected a pollutant, 1h, 8h or 24h, and a unit")
    key, said = (match[1], match[2]), match[3]
    table = asked.tables.get(key)
    known = table.unit if table else "ug/m3"
    unit = _UNITS[said.replace("_", "")] if said else known

    def exact(value: object) -> Fraction | None:
        if value is None:
            return None
        told = Concentration(value=Fraction(str(value)), unit=unit)
        return told.value if table is None else in_unit(key[0], told, known).value

    if isinstance(inputs[name], list):
        return key, [exact(value) for value in decimals(inputs, name)]
    return key, exact(optional(inputs, name))
