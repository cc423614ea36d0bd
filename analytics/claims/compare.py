"""A claim beside the figure: what was published for some days, and what was computed for them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from analytics.claims.claim import Claim, Reason
from analytics.figures import Unit, percent, written
from analytics.memo import constants
from analytics.periods import Days
from analytics.quoting import Document, mass_unit, tonnes, total_kg
from analytics.result import ZoneResult
from ingest.registry.model import Provenance

_DAYS_A_YEAR: Final = 365
_CO2_A_C: Final = Decimal(44) / Decimal(12)
_TREES: Final = "trees"


def compared(claims: Iterable[Claim], days: Days, results: Sequence[ZoneResult]) -> list[Document]:
    """Return the claims about the zones of some results, each beside what was computed.

    A claim a year counts for the period by its days. A target counts in its year alone.
    """
    zones = {str(result.zone.id): result for result in results}
    return [
        _row(claim, days, zones[claim.zone])
        for claim in claims
        if claim.zone in zones and claim.year in (None, days.first.year)
    ]


def _of_provenance(result: ZoneResult) -> list[Reason]:
    return [] if result.provenance is Provenance.REAL else [Reason.SIMULATED]


def _row(claim: Claim, days: Days, result: ZoneResult) -> Document:
    rows = [
        row
        for row in result.emissions
        if not claim.device_classes or row.device_class in claim.device_classes
    ]
    known = any(row.measured for row in rows)
    kg = total_kg(rows)
    trees = claim.unit == _TREES
    unit = Unit.TREES if trees else mass_unit(rows)
    computed = (
        written(kg / Decimal(constants()[_TREES]["value"]), unit) if trees else tonnes(kg, unit)
    )
    passed = claim.value * days.count / _DAYS_A_YEAR
    share = None if trees else percent(int(kg), int(passed * 1_000))
    return {
        "id": claim.id,
        "kind": claim.kind,
        "zone": claim.zone,
        "year": claim.year,
        "claimed": {"value": f"{claim.value:f}", "unit": claim.unit, "per": claim.per},
        "claimed_in_period": written(passed, unit),
        "if_carbon": written(claim.value * _CO2_A_C, Unit.T_CO2)
        if claim.gas == "not said" and not trees
        else None,
        "gas": claim.gas,
        "scope": claim.scope,
        "source": claim.source,
        "computed": computed if known else None,
        "unit": unit,
        "computed_scope": sorted({row.device_class for row in rows}),
        "progress_percent": written(share, Unit.PERCENT) if known and share is not None else None,
        "reasons": [*claim.reasons, *_of_provenance(result)],
    }
