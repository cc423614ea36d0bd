"""The whole programme so far: every zone, and totals per provenance that never mix."""

from fastapi import APIRouter, Response

from analytics.figures import Unit, written
from analytics.summary import zone_summary
from analytics.totals import Total, totals
from api.documents import respond
from api.instants import shown
from api.results import GivenResults

router = APIRouter(tags=["programme"])


@router.get("/programme")
def programme(results: GivenResults) -> Response:
    """Return the zones' headline figures, and their totals for each provenance."""
    found = results.so_far()
    return respond(
        {
            "zones": [zone_summary(result) for result in found.results],
            "totals": [_shown(total) for total in totals(found.results)],
            "as_of": shown(found.as_of),
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
