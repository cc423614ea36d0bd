"""One pollutant's index in one scheme."""

from datetime import date
from fractions import Fraction

from analytics.air.editions import Edition, edition, edition_on
from analytics.air.index import sub_index
from analytics.air.units import Concentration, in_unit
from analytics.calc.kinds import Calculator, Result
from analytics.calc.row import Row, RowError, optional, text


def calculator() -> Calculator:
    """Return the calculator of indices; no row depends on another."""
    return _index


def edition_of(row: Row) -> Edition:
    """Return the edition a row names, or the one in force on its `date`."""
    try:
        if row.get("version"):
            return edition(text(row, "scheme"), str(row["version"]))
        return edition_on(text(row, "scheme"), date.fromisoformat(text(row, "date")))
    except LookupError as error:
        raise RowError(str(error)) from error


def _index(row: Row) -> Result:
    asked, pollutant, averaging = edition_of(row), text(row, "pollutant"), text(row, "averaging")
    table = asked.tables.get((pollutant, averaging))
    value = optional(row, "conc")
    if table is None or value is None:
        return {"index": None}
    given = Concentration(
        value=Fraction(value), unit=text(row, "unit"), reference_c=_reference(row)
    )
    told = in_unit(pollutant, given, table.unit, reference_c=given.reference_c)
    return {"index": sub_index(asked, pollutant, averaging, told.value)}


def _reference(row: Row) -> Fraction | None:
    told = optional(row, "reference_temperature_c")
    return None if told is None else Fraction(told)
