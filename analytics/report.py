"""The report document: what an office quotes, the same digits in every form it is written in."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from analytics.air.days import FIXED
from analytics.air.shown import station_air
from analytics.avoided import Emissions
from analytics.claims.claim import Claim
from analytics.claims.compare import compared
from analytics.days import passed_days
from analytics.delivery import Delivered, delivered
from analytics.factors.grid import GridFactor
from analytics.figures import Unit, written
from analytics.memo import equivalent, memo, standard_coal_tce
from analytics.methods.vehicles import ELECTRIC_VEHICLES
from analytics.periods import Days
from analytics.quoting import (
    Document,
    basis,
    half_width_kg,
    interval_covers,
    mass_unit,
    mwh,
    tonnes,
    total_kg,
)
from analytics.result import ZoneResult
from analytics.sensitivity import sensitivity
from analytics.uptime.grid import NOTHING, Spent
from analytics.uptime.shown import availability, together
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, instant, rfc3339
from ingest.registry.model import Device, Lot, Provenance

_PROVISIONAL: Final = timedelta(hours=48)
_M_A_KM: Final = 1_000
_ALL: Final = "all"
_STATEMENT: Final = (
    "Avoided by donated equipment, not the inventory of a zone. Who may claim it, host or donor, is"
    " for the two to agree. ITMO: no, it is not meant as an internationally transferred outcome."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a report is about: zone:ID, country:KH, aid-batch:ID or programme."""

    kind: str
    id: str


def _nothing_released(_station: Device, _span: Period) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a report shows beside its results."""

    lots: Sequence[Lot]  # the deliveries in scope
    factors: Sequence[GridFactor]  # to look the sensitivity's up in
    claims: Sequence[Claim] = ()  # claims and plan targets that its reader may see
    is_released: Callable[[Device, Period], bool] = _nothing_released  # of a station's air
    by_lot: Mapping[str, ZoneResult] = field(default_factory=dict[str, ZoneResult])
    """What single lots achieved, where that is asked for."""
    repairs: Sequence[Document] = ()


def report(
    scope: Scope,
    days: Days,
    results: Sequence[ZoneResult],
    beside: Beside,
    *,
    as_of: int,
    software: str,
) -> Document:
    """Return the document that JSON, CSV, XLSX and PDF are written from.

    Args:
        scope: What it is about.
        days: The period, in each zone's local days.
        results: The zones' results, all of one provenance.
        beside: What is shown beside them.
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
        "figures": figures(scope, days, rows),
        "availability": _availability(results),
        "air": [row for result in results for row in _air(result, beside.is_released)],
        "delivery": [
            {**_delivery(each), **_achieved(beside.by_lot.get(each.lot.id))}
            for each in delivered(beside.lots, results)
        ],
        "claims": compared(beside.claims, days, results),
        "repairs": list(beside.repairs),
        "sensitivity": sensitivity(results, beside.factors),
        "memo": memo(results, days.count),
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


def figures(scope: Scope, days: Days, rows: Sequence[Emissions]) -> list[Document]:
    """Return the figures of emissions, all classes together before each by itself."""
    by_class: dict[str, list[Emissions]] = {}
    for row in rows:
        by_class.setdefault(row.device_class, []).append(row)
    groups = ({_ALL: list(rows)} if rows else {}) | by_class
    avoided = [_emissions_avoided(scope, days, name, own) for name, own in groups.items()]
    energy = [
        figure
        for name, own in by_class.items()
        for figure in _activities(scope, days, DeviceClass(name), own)
    ]
    coal = [_standard_coal(scope, days, name, own) for name, own in groups.items()]
    return avoided + energy + coal


def _emissions_avoided(
    scope: Scope, days: Days, device_class: str, rows: Sequence[Emissions]
) -> Document:
    kg, half, unit = total_kg(rows), half_width_kg(rows), mass_unit(rows)
    known = any(row.measured for row in rows)
    return {
        "id": "emissions_avoided",
        "device_class": device_class,
        "value": tonnes(kg, unit) if known else None,
        "unit": unit,
        "lower": tonnes(kg - half, unit) if known else None,
        "upper": tonnes(kg + half, unit) if known else None,
        "interval_covers": interval_covers(rows),
        **basis(rows),
        "statement": _STATEMENT,
        "lineage": _lineage(scope, days, "emissions_avoided", device_class),
    }


def _activities(
    scope: Scope, days: Days, device_class: DeviceClass, rows: Sequence[Emissions]
) -> list[Document]:
    if device_class in ELECTRIC_VEHICLES.device_classes:
        km = Decimal(sum(row.distance_m for row in rows)) / _M_A_KM
        quoted = _Quoted("distance_driven", device_class, written(km, Unit.KM), Unit.KM)
        return [_plain(scope, days, quoted, rows)]
    name = "energy_served" if device_class is DeviceClass.STREETLIGHT else "energy_generated"
    measured = mwh(sum(row.measured_mwh for row in rows))
    return [_plain(scope, days, _Quoted(name, device_class, measured, Unit.MWH), rows)]


def _standard_coal(
    scope: Scope, days: Days, device_class: str, rows: Sequence[Emissions]
) -> Document:
    coal = standard_coal_tce(sum(row.credited_mwh for row in rows if row.method.displaces))
    text = written(coal, Unit.TCE)
    quoted = _Quoted("standard_coal_avoided", device_class, text, Unit.TCE)
    return _plain(scope, days, quoted, rows) | {"method": equivalent(), "factors": []}


@dataclass(frozen=True, slots=True)
class _Quoted:
    """A figure that has no interval of its own."""

    id: str
    device_class: str
    value: str
    unit: Unit


def _plain(scope: Scope, days: Days, quoted: _Quoted, rows: Sequence[Emissions]) -> Document:
    known = any(row.measured for row in rows)
    return {
        "id": quoted.id,
        "device_class": quoted.device_class,
        "value": quoted.value if known else None,
        "unit": quoted.unit,
        "lower": None,
        "upper": None,
        "interval_covers": None,
        **basis(rows),
        "lineage": _lineage(scope, days, quoted.id, quoted.device_class),
    }


def _lineage(scope: Scope, days: Days, name: str, device_class: str) -> str:
    return f"/v1/lineage/{scope.kind}:{scope.id}~{days.label}~{name}~{device_class}"


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
    """Return what each fixed station of a zone measured on the days that are over."""
    reach, timezone = result.passed.by_day, ZoneInfo(result.zone.timezone)
    days = passed_days(reach.days, timezone, FIXED, until=reach.span.end)
    stations = [device for device in result.devices if device.device_class is FIXED]
    shown = (
        station_air(
            station.id,
            days,
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
        "supplier": lot.supplier,
        "warranty_until": _date(lot.warranty_until),
        "registered": delivered.registered,
        "online": delivered.online,
        "proven": delivered.proven,
        "on": _date(delivered.on),
    }


def _achieved(result: ZoneResult | None) -> Document:
    """Return the figures of a lot by itself, where they are asked for."""
    if result is None:
        return {}
    rows = result.emissions
    known, unit = any(row.measured for row in rows), mass_unit(rows)
    return {
        "emissions_avoided": {
            "value": tonnes(total_kg(rows), unit) if known else None,
            "unit": unit,
        },
        "energy": {"credited": mwh(sum(row.credited_mwh for row in rows)), "unit": Unit.MWH},
        "availability": availability(together([NOTHING, *_spent(result)])),
    }


def _spent(result: ZoneResult) -> list[Spent]:
    return [fleet.spent() for fleet in result.fleets.values()]


def _date(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _notes(results: Sequence[ZoneResult], as_of: int) -> Iterable[str]:
    yield _STATEMENT
    yield "Availability: an unknown second counts as not proven, and silence is not downtime."
    if not results:
        yield "No zone in scope has equipment."
    if not as_of:
        yield "Nothing has been computed yet."
    for provenance in sorted({result.provenance for result in results} - {Provenance.REAL}):
        yield f"{provenance.upper()}: not a measurement of real equipment; cannot be published."
