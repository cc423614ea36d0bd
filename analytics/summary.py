"""The summary of a zone, small enough for a terminal and a page's head."""

from decimal import Decimal

from analytics.factors.grid import Gas
from analytics.figures import Unit, written
from analytics.result import ZoneResult

Document = dict[str, object]


def zone_summary(result: ZoneResult) -> Document:
    """Return a zone's headline figures, in kg for small zones and short times."""
    mixed = any(figure.gas is Gas.CO2E for figure in result.emissions)
    unit = Unit.KG_CO2E if mixed else Unit.KG_CO2
    known = any(figure.measured for figure in result.emissions)
    return {
        "zone": result.zone.id,
        "country": result.zone.country,
        "provenance": result.provenance,
        "devices": result.equipment.count,
        "emissions_avoided": {"value": written(result.kg, unit) if known else None, "unit": unit},
        "proven_percent": _percent(result.light.proven_percent),
        "coverage_percent": _percent(result.coverage.share_percent),
    }


def _percent(share: Decimal | None) -> str | None:
    return None if share is None else written(share, Unit.PERCENT)
