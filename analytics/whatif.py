"""Two computations of the same facts beside each other, by device class."""

from collections.abc import Iterable, Sequence

from analytics.avoided import Emissions
from analytics.quoting import Document, basis, mass_unit, tonnes, total_kg
from analytics.result import ZoneResult


def whatif(before: Sequence[ZoneResult], after: Sequence[ZoneResult]) -> list[Document]:
    """Return each class's emissions avoided as they are, as they would be, and the difference."""
    was, would = _by_class(before), _by_class(after)
    return [
        _row(device_class, was.get(device_class, []), would.get(device_class, []))
        for device_class in was | would
    ]


def _by_class(results: Iterable[ZoneResult]) -> dict[str, list[Emissions]]:
    rows = [row for result in results for row in result.emissions]
    found: dict[str, list[Emissions]] = {"all": rows} if rows else {}
    for row in rows:
        found.setdefault(row.device_class, []).append(row)
    return found


def _row(device_class: str, was: Sequence[Emissions], would: Sequence[Emissions]) -> Document:
    unit = mass_unit([*was, *would])
    known = any(row.measured for row in [*was, *would])
    old, new = total_kg(was), total_kg(would)
    return {
        "device_class": device_class,
        "unit": unit,
        "as_it_is": tonnes(old, unit) if known else None,
        "what_if": tonnes(new, unit) if known else None,
        "difference": tonnes(new - old, unit) if known else None,
        **{name: value for name, value in basis(would).items() if name != "coverage"},
    }
