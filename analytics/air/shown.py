"""Air as documents show it: a row a station and pollutant, limits beside it, and the index."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Final

from analytics.air.days import AirDay
from analytics.air.figures import Against, AirFigure, IndexDay, air_figures, index_days
from ingest.contract.identity import DeviceId

Shown = dict[str, object]

CATEGORIES: Final = (
    (50, "good"),
    (100, "moderate"),
    (150, "unhealthy_for_sensitive_groups"),
    (200, "unhealthy"),
    (300, "very_unhealthy"),
)
"""Highest index of each; EPA-454/B-24-002. Above the last one the air is hazardous."""

_TENTH: Final = Decimal("0.1")


def category(index: int) -> str:
    """Return what an index is called."""
    return next((name for highest, name in CATEGORIES if index <= highest), "hazardous")


def station_air(
    station: DeviceId,
    days: Sequence[date],
    facts: Iterable[AirDay],
    *,
    country: str,
    released: bool,
) -> Shown | None:
    """Return a fixed station's air on some days, or None where nothing was measured."""
    if not days:
        return None
    own = [fact for fact in facts if fact.device == station]
    figures = air_figures(station, days, own, country)
    if not figures:
        return None
    return {
        "station": station,
        "released": released,
        "pollutants": [_figure(each) for each in figures],
        "index": _index(index_days(station, days, own)),
    }


def _figure(figure: AirFigure) -> Shown:
    return {
        "pollutant": figure.pollutant,
        "averaging": "24h",
        "mean": decimal(figure.mean),
        "highest": decimal(figure.highest),
        "highest_on": None if figure.highest_on is None else figure.highest_on.isoformat(),
        "unit": figure.unit,
        "reference_temperature_c": decimal(figure.reference_c),
        "valid_days": figure.valid_days,
        "days": figure.days,
        "limits": [_against(each, national=True) for each in figure.national]
        + [_against(each, national=False) for each in figure.beside],
    }


def _against(against: Against, *, national: bool) -> Shown:
    limit = against.limit
    return {
        "jurisdiction": limit.jurisdiction,
        "national": national,
        "value": f"{limit.value:f}",
        "unit": limit.unit,
        "allowance": limit.allowance or None,
        "days_above": against.days_above,
        "source": limit.source,
        "evidence": limit.evidence,
    }


def _index(days: Sequence[IndexDay]) -> Shown:
    known = {each.day: each for each in days if each.index.index is not None}
    highest = max(known, key=lambda day: known[day].index.index or 0, default=None)
    top = None if highest is None else known[highest]
    names = Counter(category(each.index.index or 0) for each in known.values())
    return {
        "scheme": days[0].scheme if days else None,
        "versions": sorted({each.version for each in days}),
        "days": len(known),
        "highest": None if top is None else top.index.index,
        "highest_on": None if highest is None else highest.isoformat(),
        "dominant": None if top is None else next(iter(top.index.leading), None),
        "days_by_category": dict(names),
    }


def decimal(value: Fraction | None) -> str | None:
    """Write a concentration as it is quoted: to a tenth, half to even."""
    if value is None:
        return None
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return str(exact.quantize(_TENTH, rounding=ROUND_HALF_EVEN))
