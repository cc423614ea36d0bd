"""What a replay prints: what a demo does, and the energy and emissions of each local day."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Final

from analytics.figures import Unit, written
from analytics.periods import Days
from analytics.result import Basis, ZoneResult, open_window, period_window, zone_result
from analytics.service.basis import read_basis
from analytics.summary import zone_summary
from api.sources import Sources
from ingest.contract.period import Period
from simulators.chain.run import Plan
from simulators.chain.summary import Document, account_lines, columns, summary, zones_table

_KWH_DECIMALS: Final = 6  # of whole mWh


def replay_summary(sources: Sources, plan: Plan, *, seconds: float) -> Document:
    """Return a demo's document and its `days`, of what was recorded up to the plan's end."""
    (played,) = plan.played
    span = Period.between(plan.memory.began + played.play.step, plan.until)
    registry = sources.registry()
    with sources.catalog.connect() as connection:
        basis = replace(read_basis(connection, registry), as_of=span.end)
        results = [zone_result(basis, zone, open_window(zone, span)) for zone in registry.zones()]
        document = summary(connection, results, seconds=seconds, board=None)
    own = next(result for result in results if result.zone.id == played.site.zone.id)
    return document | {"days": [_told(result) for result in _by_day(basis, own)]}


def replay_table(document: Document, *, name: str) -> str:
    """Write the document for a terminal, under what the recording is called."""
    rows = [
        (day["day"], f"{day['energy_kwh'] or '-'} kWh", _avoided(day)) for day in document["days"]
    ]
    return "\n".join(
        [
            "",
            f"RECORDED: {name}, played again; not measured by the programme's equipment.",
            "",
            zones_table(document),
            "",
            columns([("day", "energy generated", "emissions avoided"), *rows]),
            "",
            account_lines(document),
        ]
    )


def _by_day(basis: Basis, whole: ZoneResult) -> Iterator[ZoneResult]:
    """Yield the zone's result of each local day that has begun."""
    reach = whole.passed.by_day
    for number in range((reach.last - reach.first).days + 1):
        day = reach.first + timedelta(days=number)
        days = Days(label=day.isoformat(), first=day, last=day)
        yield zone_result(basis, whole.zone, period_window(whole.zone, days))


def _told(result: ZoneResult) -> Document:
    heard = any(figure.measured for figure in result.emissions)
    kwh = Decimal(sum(figure.measured_mwh for figure in result.emissions)).scaleb(-_KWH_DECIMALS)
    return {
        "day": result.window.by_day.first.isoformat(),
        "energy_kwh": written(kwh, Unit.KWH) if heard else None,
        "emissions_avoided": zone_summary(result)["emissions_avoided"],
    }


def _avoided(day: Document) -> str:
    return f"{day['emissions_avoided']['value'] or '-'} {day['emissions_avoided']['unit']}"
