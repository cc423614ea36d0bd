"""Tables from a document's rows: a column a field, a cell typed by what its value is."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

from dashboards.report.language import Language
from dashboards.report.view import Cell, Kind, Table

Row = Mapping[str, object]

_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
_NAMES: Final = frozenset(  # fields whose digits are a name, not a number
    {
        *("id", "lot", "aid_batch", "zone", "device", "version", "year", "revision", "number"),
        *("period", "digest", "sha256"),
    }
)
_PHRASES: Final = frozenset(
    {
        *("reasons", "assumed_inputs", "cause", "note", "why", "about", "allowance", "constant"),
        *("to_verify", "gas", "source", "method_id"),
    }
)
_FAMILIES: Final[Mapping[str, Sequence[str]]] = {  # where a closed set's texts are
    "claim": ("claims.kind.",),
    "days_by_category": ("air.",),
    "device_class": ("class.", "report."),
    "differs": ("claims.reason.",),
    "factor": ("role.", "sensitivity."),
    "helped": ("report.answer.",),
    "id": ("report.figure.",),
    "kind": ("report.kind.",),
    "memo": ("memo.",),
    "provenance": ("report.provenance.",),
    "released": ("report.answer.",),
    "role": ("role.",),
    "signed_by": ("report.state.",),
    "state": ("report.state.",),
    "status": ("status.", "report.state."),
    "unit": ("report.unit.",),
    "claimed_unit": ("report.unit.",),
}
_SIGNS: Final = {  # how chemists and physicists write it
    "CO2": "CO₂",
    "pm25": "PM2.5",
    "pm10": "PM10",
    "so2": "SO₂",
    "no2": "NO₂",
    "o3": "O₃",
    "co": "CO",
    "ug/m3": "µg/m³",
    "mg/m3": "mg/m³",
}
_SIGN: Final = re.compile(rf"\b(?:{'|'.join(_SIGNS)})(?![a-z0-9])|(?<=\bCO)2(?=e\b)")
_SIGNED: Final = frozenset({"unit", "pollutant", "dominant", "constant", "gas", "note"})
_NAMED: Final = frozenset({"jurisdiction", "scheme"})  # codes, whose underscores are blanks


def table(rows: Sequence[Row], language: Language, only: Sequence[str] | None = None) -> Table:
    """Return a table of rows, with all their fields in order of appearance or the ones named."""
    flat = [flattened(row) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row)) if only is None else only
    return Table(
        labels=[label(name, language) for name in names],
        rows=[[cell(name, row.get(name), language) for name in names] for row in flat],
    )


def label(name: str, language: Language) -> str:
    """Return what a field is called; of one inside another, its own name counts."""
    end = name
    while end:
        for family in ("report.column.", "air."):
            if family + end in language.say.keys:
                return language.say(family + end)
        end = end.partition("_")[2]
    return name.replace("_", " ")


def flattened(row: Row, prefix: str = "") -> dict[str, object]:
    """Return a row with what lies inside a field as fields of their own: energy_credited."""
    flat: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= flattened(value, f"{prefix}{name}_")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def cell(name: str, value: object, language: Language) -> Cell:
    """Return the cell of a field's value; what is missing is told as missing, never as zero."""
    if value is None or value in ("", []):
        return Cell(kind=Kind.NONE, value="", text=language.say("none.mark"))
    if isinstance(value, list):
        parts = [_listed(name, each, language) for each in value]
        return Cell(kind=Kind.TEXT, value="; ".join(parts), text="; ".join(parts))
    text = str(value)
    if is_number(name, value):
        return Cell(kind=Kind.NUMBER, value=text, text=language.number(text))
    if _DAY.fullmatch(text):
        return Cell(kind=Kind.DAY, value=text, text=language.day(text))
    written = language.instant(text) if _INSTANT.fullmatch(text) else _named(name, text, language)
    return Cell(kind=Kind.TEXT, value=written, text=written)


def is_number(name: str, value: object) -> bool:
    """Tell whether a field's value is a number, and not a name made of digits."""
    return (
        name.rpartition("_")[2] not in _NAMES - {"period"}  # claimed_in_period is a number
        and name not in _NAMES
        and not isinstance(value, bool)
        and bool(_NUMBER.fullmatch(str(value)))
    )


def _listed(name: str, value: object, language: Language) -> str:
    if isinstance(value, tuple):
        first, *others = cast("tuple[object, ...]", value)
        return f"{_named(name, str(first), language)}: {', '.join(map(str, others))}"
    if isinstance(value, Mapping):
        parts = flattened(cast("Row", value)).values()
        return ", ".join(str(part) for part in parts if part is not None)
    return _named(name, str(value), language)


def _named(name: str, text: str, language: Language) -> str:
    for family in _FAMILIES.get(name, ()):
        if family + text in language.say.keys:
            return language.say(family + text)
    if name == "fault" and f"faults.{text}.name" in language.say.keys:
        return language.say(f"faults.{text}.name")
    if name == "interval_covers":
        return language.covers(text)
    if name in _NAMED:
        return text.replace("_", " ")
    told = language.phrase(text) if name in _PHRASES else text
    return unit(told) if name in _SIGNED else told


def unit(text: str) -> str:
    """Write units and gases with their small figures: t CO₂, µg/m³."""
    return _SIGN.sub(lambda found: _SIGNS.get(found[0], "₂"), text)
