"""The report document: what an office quotes, the same digits in every form it is written in."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from analytics.air.days import FIXED
from analytics.air.shown import station_air
from analytics.delivery import Delivered, delivered
from analytics.factors.grid import Gas
from analytics.figures import Coverage, Emissions, Status, Unit, written
from analytics.periods import Days
from analytics.result import ZoneResult
from analytics.uptime.grid import NOTHING, Spent
from analytics.uptime.shown import availability, together
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, instant, rfc3339
from ingest.registry.model import Device, Lot, Provenance

Document = dict[str, object]
_PROVISIONAL: Final = timedelta(hours=48)
_T: Final = Decimal(1_000)  # kg
_MWH: Final = Decimal(1_000_000_000)  # mWh
_ALL: Final = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a report is about: zone:ID, country:KH or programme."""

    kind: str
    id: str


def report(
    scope: Scope,
    days: Days,
    results: Sequence[ZoneResult],
    *,
    lots: Iterable[Lot],
    is_released: Callable[[Device, Period], bool],
    as_of: int,
    software: str,
) -> Document:
    """Return the document that JSON, CSV, XLSX and PDF are written from.

    Args:
        scope: What it is about.
        days: The period, in each zone's local days.
        results: The zones' results, all of one provenance.
        lots: The deliveries in scope.
        is_released: Whether the ministry gave a station's data of a period out.
        as_of: Until when data are in it; 0 before any. [microseconds, UTC]
        software: The version that computed it.
    """
    single = results[0] if len(results) == 1 else None
    rows = [figure for result in results for figure in result.emissions]
    return {
        "scope": {"kind": scope.kind, "id": scope.id},
        "country": _only({result.zone.country for result in results}),
        "provenance": _only({str(result.provenance) for result in results}) or "real",
        "period": {
            "label": days.label,
            "from": _edge(single, 0) if single else days.first.isoformat(),
            "to": _edge(single, 1) if single else days.last.isoformat(),
            "timezone": single.zone.timezone if single else None,
        },
        "revision": 0,
        "status": _status(results, as_of),
        "as_of": rfc3339(instant(as_of)) if as_of else None,
        "software": software,
        "figures": _figures(scope, days, rows),
        "availability": _availability(results),
        "air": [row for result in results for row in _air(result, is_released)],
        "delivery": [_delivery(each) for each in delivered(lots, results)],
        "claims": [],
        "repairs": [],
        "sensitivity": [],
        "memo": [],
        "revisions": [],
        "notes": list(_notes(results, as_of)),
    }


def _only(values: set[str]) -> str | None:
    return next(iter(values)) if len(values) == 1 else None


def _edge(result: ZoneResult, which: int) -> str:
    span = result.window.by_day.span
    return rfc3339(instant((span.start, span.end)[which]))


def _status(results: Iterable[ZoneResult], as_of: int) -> str:
    ended = max((result.window.by_night.span.end for result in results), default=as_of)
    settled_after = ended + _PROVISIONAL // timedelta(microseconds=1)
    return "open" if as_of >= settled_after else "provisional"


def _figures(scope: Scope, days: Days, rows: Sequence[Emissions]) -> list[Document]:
    by_class: dict[str, list[Emissions]] = {}
    for row in rows:
        by_class.setdefault(row.device_class, []).append(row)
    groups = ({_ALL: list(rows)} if rows else {}) | by_class
    figures = [_emissions_avoided(scope, days, name, own) for name, own in groups.items()]
    return figures + [_energy_figure(scope, days, name, own) for name, own in by_class.items()]


def _emissions_avoided(
    scope: Scope, days: Days, device_class: str, rows: Sequence[Emissions]
) -> Document:
    kg = sum((row.kg for row in rows), start=Decimal(0))
    half = sum((row.kg_interval**2 for row in rows), start=Decimal(0)).sqrt()
    unit = Unit.T_CO2E if any(row.gas is Gas.CO2E for row in rows) else Unit.T_CO2
    known = any(row.status is not Status.NO_DATA for row in rows)
    return {
        "id": "emissions_avoided",
        "device_class": device_class,
        "value": written(kg / _T, unit) if known else None,
        "unit": unit,
        "lower": written((kg - half) / _T, unit) if known else None,
        "upper": written((kg + half) / _T, unit) if known else None,
        "interval_covers": "metering only",
        **_basis(rows),
        "lineage": _lineage(scope, days, "emissions_avoided", device_class),
    }


def _energy_figure(
    scope: Scope, days: Days, device_class: str, rows: Sequence[Emissions]
) -> Document:
    name = "energy_served" if device_class == DeviceClass.STREETLIGHT else "energy_generated"
    measured = sum(row.measured_mwh for row in rows)
    known = any(row.status is not Status.NO_DATA for row in rows)
    return {
        "id": name,
        "device_class": device_class,
        "value": _mwh(measured) if known else None,
        "unit": Unit.MWH,
        "lower": None,
        "upper": None,
        "interval_covers": None,
        **_basis(rows),
        "lineage": _lineage(scope, days, name, device_class),
    }


def _lineage(scope: Scope, days: Days, name: str, device_class: str) -> str:
    return f"/v1/lineage/{scope.kind}:{scope.id}~{days.label}~{name}~{device_class}"


def _basis(rows: Sequence[Emissions]) -> Document:
    """Return what a figure rests on."""
    return {
        "energy": {
            "measured": _mwh(sum(row.measured_mwh for row in rows)),
            "estimated": _mwh(0),
            "credited": _mwh(sum(row.credited_mwh for row in rows)),
            "unit": Unit.MWH,
        },
        "coverage": _coverage([row.coverage for row in rows]),
        "assumed_inputs": sorted({text for row in rows for text in row.assumed_inputs}),
        "method": _method(rows),
        "factors": _factors(rows),
        "status": _worst([row.status for row in rows]),
        "reasons": sorted({text for row in rows for text in row.reasons}),
    }


def _coverage(parts: Sequence[Coverage]) -> Document:
    whole = Coverage(
        handed_over=sum(part.handed_over for part in parts),
        metered=sum(part.metered for part in parts),
        covered_s=sum(part.covered_s for part in parts),
        expected_s=sum(part.expected_s for part in parts),
    )
    share = whole.share_percent
    return {
        "handed_over": whole.handed_over,
        "metered": whole.metered,
        "sampled": 0,
        "unmonitored": whole.handed_over - whole.metered,
        "percent": None if share is None else written(share, Unit.PERCENT),
    }


def _method(rows: Sequence[Emissions]) -> Document:
    methods = {row.method.id: row.method.version for row in rows}
    return {"id": " + ".join(methods), "version": " + ".join(methods.values())}


def _factors(rows: Sequence[Emissions]) -> list[Document]:
    factors = {(row.factor.country, row.factor.role): row.factor for row in rows}
    return [
        {
            "country": factor.country,
            "role": factor.role,
            "gas": factor.gas,
            "source": factor.source,
            "version": factor.version,
            "year": factor.year,
            "value": f"{factor.value:f}",
            "unit": "t/MWh",
        }
        for _, factor in sorted(factors.items())
    ]


def _worst(statuses: Sequence[Status]) -> Status:
    order = (Status.FOR_REVIEW, Status.NO_DATA, Status.PUBLISHABLE)
    return min(statuses, key=order.index)


def _availability(results: Iterable[ZoneResult]) -> list[Document]:
    """Return the availability of each device class that was handed over."""
    by_class: dict[DeviceClass, list[Spent]] = {}
    for result in results:
        for device_class, fleet in result.fleets.items():
            by_class.setdefault(device_class, []).append(fleet.spent())
    by_class.setdefault(DeviceClass.STREETLIGHT, [NOTHING])
    return [
        {"device_class": device_class, **availability(together(spent))}
        for device_class, spent in sorted(by_class.items())
    ]


def _air(result: ZoneResult, is_released: Callable[[Device, Period], bool]) -> list[Document]:
    """Return what each fixed station of a zone measured."""
    reach = result.passed.by_day
    stations = [device for device in result.devices if device.device_class is FIXED]
    shown = (
        station_air(
            station.id,
            reach.days,
            result.air,
            country=result.zone.country,
            released=is_released(station, reach.span),
        )
        for station in stations
    )
    return [{"zone": result.zone.id, **each} for each in shown if each is not None]


def _delivery(delivered: Delivered) -> Document:
    lot = delivered.lot
    dates = ("signed", "shipped", "accepted", "handed_over", "installed")
    return {
        "lot": lot.id,
        "aid_batch": lot.aid_batch,
        "zone": lot.zone,
        "device_class": lot.device_class,
        "quantity": lot.quantity,
        **{name: _date(getattr(lot, name)) for name in dates},
        "registered": delivered.registered,
        "online": delivered.online,
        "proven": delivered.proven,
        "on": _date(delivered.on),
    }


def _date(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _notes(results: Sequence[ZoneResult], as_of: int) -> Iterable[str]:
    yield "Avoided by donated equipment, not the inventory of a zone."
    yield "Availability: an unknown second counts as not proven, and silence is not downtime."
    if not results:
        yield "No zone in scope has equipment."
    if not as_of:
        yield "Nothing has been computed yet."
    for provenance in sorted({result.provenance for result in results} - {Provenance.REAL}):
        yield f"{provenance.upper()}: not a measurement of real equipment; cannot be published."


def _mwh(energy: int) -> str:
    return written(Decimal(energy) / _MWH, Unit.MWH)
