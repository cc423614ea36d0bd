"""The whole programme so far: every zone, and totals per provenance that never mix."""

from fastapi import APIRouter, Response

from analytics.figures import Unit, written
from analytics.summary import zone_summary
from api.documents import respond
from api.results import so_far
from api.sources import Given
from dashboards.totals import Total, totals

router = APIRouter(tags=["programme"])


@router.get("/programme")
def programme(sources: Given) -> Response:
    """Return the zones' headline figures, and their totals for each provenance."""
    with sources.catalog.connect() as connection:
        results = so_far(connection, sources.registry()).results
    return respond(
        {
            "zones": [zone_summary(result) for result in results],
            "totals": [_shown(total) for total in totals(results)],
        }
    )


def _shown(total: Total) -> dict[str, object]:
    return {
        "provenance": total.provenance,
        "zones": total.zones,
        "devices": total.devices,
        "emissions_avoided": {"value": written(total.kg, total.unit), "unit": total.unit},
        "energy_credited": {"value": written(total.kwh, Unit.KWH), "unit": Unit.KWH},
        "proven_percent": total.proven_percent,
        "coverage_percent": total.coverage_percent,
    }
