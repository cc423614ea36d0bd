"""The board's routes: they read what a page needs, and hand it over."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from http import HTTPStatus
from importlib.resources import files
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, FastAPI, Query, Response
from fastapi.params import Depends as Needed
from fastapi.responses import HTMLResponse
from pydantic import Field

from analytics.condition import condition
from analytics.days import day_of, span_of
from analytics.periods import Days, PeriodError, parse_period
from analytics.report import Beside
from analytics.result import Basis, ZoneResult, period_window, zone_result
from analytics.service.alarms import reaching
from analytics.service.alarmtables import ALARM
from analytics.service.facts import device_days
from api.accounts import log_in
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.accounts.log_in import GivenPerson
from api.alarms import pages as alarms
from api.alarms.seeing import open_alarms
from api.arithmetic import day_arithmetic
from api.claims.endpoints import claims_for
from api.commissioning import page as commissioning
from api.imports import page as importing
from api.lineage import page as following
from api.releasing import may_see, seen_by
from api.repairs import pages as repairs
from api.reports.endpoints import Wished, seen_document
from api.results import GivenResults
from api.revisions import page as signing
from api.sources import Given, Sources, Whole
from api.visits.endpoints import visits_in
from dashboards.board.account import Account, account_view
from dashboards.board.arithmetic import arithmetic_view
from dashboards.board.condition import condition_view
from dashboards.board.curves import metrics_drawn
from dashboards.board.device import DeviceDayShown, device_view
from dashboards.board.lots import lot_view, lots_view
from dashboards.board.pages import Shown, page, style
from dashboards.board.programme import Heard, programme_view
from dashboards.board.views import MissingView, Person, ReportView
from dashboards.board.zone import DayResult, zone_view
from ingest import presence
from ingest.catalog import snapshot
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from ingest.ledger import lines, load, missing
from ingest.registry.model import Device, Provenance, Zone
from ingest.storage.block import Reading

_router = APIRouter(prefix="/board", include_in_schema=False)
_open = APIRouter(prefix="/board", include_in_schema=False)
_DAYS_SHOWN: Final = 14
_VISITS_SHOWN: Final = 20
Reader = Annotated[Actor, Depends(Require(Permission.READ))]
DayAsked = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2099, 12, 31))]


def mount(app: FastAPI, *, dependencies: Sequence[Needed]) -> None:
    """Serve the board under /board/."""
    app.include_router(_router, dependencies=list(dependencies))
    app.include_router(importing.router, dependencies=list(dependencies))
    app.include_router(commissioning.router, dependencies=list(dependencies))
    app.include_router(signing.router, dependencies=list(dependencies))
    app.include_router(following.router, dependencies=list(dependencies))
    app.include_router(alarms.router, dependencies=list(dependencies))
    app.include_router(repairs.router, dependencies=list(dependencies))
    app.include_router(_open)
    log_in.mount(app)


@_router.get("/")
def programme(
    sources: Given, results: GivenResults, person: GivenPerson, reader: Reader
) -> HTMLResponse:
    """Return the programme's page."""
    registry, found = sources.registry(), results.so_far()
    with sources.catalog.connect() as connection:
        every = lines(connection)
    account = {key: line for key, line in every.items() if sources.sees(key[0])}
    devices = [device for result in found.results for device in result.devices]
    view = programme_view(registry, found.results, _heard(sources, devices), account, found.span)
    return _answer(replace(view, alarms=len(open_alarms(sources, reader))), person)


@_router.get("/zones/{zone}")
def zone(
    zone: str, sources: Given, results: GivenResults, person: GivenPerson, reader: Reader
) -> HTMLResponse:
    """Return a zone's page; without the air that is not released, for those who may not see it."""
    registry, found = sources.registry(), results.so_far()
    result = next((each for each in found.results if each.zone.id == zone), None)
    if result is None:
        return _missing(zone, person)
    days = _last_days(found.basis, result, found.span)
    beside = Beside(lots=(), factors=found.basis.factors, claims=claims_for(reader))
    heard = _heard(sources, result.devices)
    view = zone_view(registry, result, days, heard, found.span, beside)
    now = micros(sources.clock.now())
    air = [each for each in view.air if may_see(reader, each.device, Period(now, now + 1), sources)]
    count = len(open_alarms(sources, reader, ALARM.c.zone == zone))
    return _answer(replace(view, air=tuple(air), alarms=count), person)


@_router.get("/zones/{zone}/condition")
def equipment(
    zone: str, sources: Given, results: GivenResults, person: GivenPerson, actor: Reader
) -> HTMLResponse:
    """Return the page on the condition of a zone's equipment."""
    found = sources.registry().zone(zone)
    if found is None:
        return _missing(zone, person)
    so_far = results.so_far()
    told = condition(so_far.basis, found, None if so_far.span is None else so_far.span.start)
    view = condition_view(seen_by(actor, told, sources))
    visits = visits_in(sources, zone, newest=_VISITS_SHOWN)
    return _answer(replace(view, visits=tuple(visits)), person)


@_router.get("/devices/{device}")
def device(
    device: str, sources: Given, person: GivenPerson, actor: Reader, day: DayAsked | None = None
) -> HTMLResponse:
    """Return a device's page, of a day of its own or of the last one with readings.

    What is not released of a station is not there for those who may not see it.
    """
    registry = sources.registry()
    found = registry.device(device)
    if found is None:
        return _missing(device, person)
    timezone = ZoneInfo(registry.zone_of(found).timezone)
    shown = _day_shown(sources, found, timezone, day)
    span = span_of(shown.day, timezone, found.device_class)
    if not may_see(actor, found, span, sources):
        return _missing(device, person)
    own = open_alarms(sources, actor, ALARM.c.id.in_(reaching(found.id)))
    return _answer(replace(device_view(registry, shown), alarms=tuple(own)), person)


@_router.get("/ledger")
def ledger(sources: Given, person: GivenPerson) -> HTMLResponse:
    """Return the page of the account of records."""
    with snapshot(sources.catalog) as connection:
        account = Account(
            lines={k: line for k, line in lines(connection).items() if sources.sees(k[0])},
            boots=[each for each in load(connection).values() if sources.sees(each.gateway)],
            missing=[each for each in missing(connection) if sources.sees(each.gateway)],
        )
    disk = None if sources.restricted else sources.disk
    room = disk.look() if disk is not None else None
    return _answer(account_view(sources.registry(), account, room), person)


@_router.get("/devices/{device}/arithmetic")
def arithmetic(device: str, sources: Given, person: GivenPerson, day: DayAsked) -> HTMLResponse:
    """Return the page of a device's day, from reading to kilogram."""
    registry = sources.registry()
    found = registry.device(device)
    if found is None:
        return _missing(device, person)
    steps = day_arithmetic(sources, found, day)
    zone, provenance = registry.zone_of(found), registry.provenance_of(found)
    return _answer(arithmetic_view(found, zone, day, provenance, steps), person)


@_router.get("/lots")
def lots(sources: Given, results: GivenResults, person: GivenPerson) -> HTMLResponse:
    """Return the page of every lot, the worst first."""
    found, today = results.so_far(), sources.clock.now().date()
    return _answer(lots_view(sources.registry(), found.results, today), person)


@_router.get("/lots/{lot}")
def lot(lot: str, sources: Given, results: GivenResults, person: GivenPerson) -> HTMLResponse:
    """Return the page of one lot."""
    registry, found = sources.registry(), results.so_far().results
    named = next((each for each in registry.lots() if each.id == lot), None)
    result = next((each for each in found if named and each.zone.id == named.zone), None)
    if named is None or result is None:
        return _missing(lot, person)
    own = [device for device in result.devices if device.lot == named.id]
    today = sources.clock.now().date()
    return _answer(lot_view(registry, named, result, _heard(sources, own), today), person)


@_router.get("/reports/{scope}/{period}")
def report(
    scope: str,
    period: str,
    sources: Given,
    whole: Whole,
    person: GivenPerson,
    actor: Reader,
    revision: Annotated[int | None, Query(ge=1, le=2_147_483_647)] = None,
) -> HTMLResponse:
    """Return the page of a report, as its reader may see it."""
    found = seen_document(sources, whole, actor, Wished(scope, period, revision))
    view = ReportView(
        document=found,
        scope=scope,
        period=period,
        earlier=_month_beside(period, -1),
        later=_month_beside(period, 1),
        provenances=(Provenance(str(found["provenance"])),),
    )
    return _answer(view, person)


@_open.get("/board.css")
def css() -> Response:
    """Return the style sheet."""
    return Response(style(), media_type="text/css", headers={"Cache-Control": "max-age=300"})


@_open.get("/icon.svg")
def icon() -> Response:
    """Return the mark in the corner."""
    content = files("dashboards.board").joinpath("static", "icon.svg").read_bytes()
    return Response(content, media_type="image/svg+xml", headers={"Cache-Control": "max-age=300"})


def _answer(view: Shown, person: Person | None) -> HTMLResponse:
    return HTMLResponse(page(view, person=person))


def _missing(what: str, person: Person | None) -> HTMLResponse:
    return HTMLResponse(page(MissingView(what=what), person=person), HTTPStatus.NOT_FOUND)


def _month_beside(period: str, by: int) -> str | None:
    """Return the month before or after, None where the period is no month."""
    try:
        days = parse_period(period)
    except PeriodError:
        return None
    if len(period) != len("2026-10"):
        return None
    day = days.first - timedelta(days=1) if by < 0 else days.last + timedelta(days=1)
    return f"{day:%Y-%m}"


def _heard(sources: Sources, devices: Sequence[Device]) -> Heard:
    by_class: dict[DeviceClass, list[DeviceId]] = {}
    for each in devices:
        by_class.setdefault(each.device_class, []).append(each.id)
    readings: dict[DeviceId, list[Reading]] = {}
    for device_class, names in by_class.items():
        for reading in sources.store.latest(device_class, names):
            readings.setdefault(reading.device, []).append(reading)
    with sources.catalog.connect() as connection:
        known = {str(each.gateway): each for each in presence.every(connection)}
    return Heard(readings=readings, presence=known, now=micros(sources.clock.now()))


def _last_days(basis: Basis, result: ZoneResult, span: Period | None) -> list[DayResult]:
    if span is None:
        return []
    last = result.passed.by_day.last
    first = max(result.passed.by_day.first, last - timedelta(days=_DAYS_SHOWN - 1))
    days = Days(label="", first=first, last=last)
    return [DayResult(day=day, result=_of_day(basis, result.zone, day)) for day in days]


def _of_day(basis: Basis, zone: Zone, day: date) -> ZoneResult:
    return zone_result(basis, zone, period_window(zone, Days(label="", first=day, last=day)))


def _day_shown(
    sources: Sources, device: Device, timezone: ZoneInfo, asked: date | None
) -> DeviceDayShown:
    now = micros(sources.clock.now())
    today = day_of(now, timezone, device.device_class)
    readings = sources.store.latest(device.device_class, [device.id])
    newest = max((reading.measured_at for reading in readings), default=now)
    day = asked or min(today, day_of(newest, timezone, device.device_class))
    with sources.catalog.connect() as connection:
        first = day - timedelta(days=_DAYS_SHOWN - 1)
        facts = [
            fact
            for fact in device_days(connection, first=first, last=day)
            if fact.device == device.id
        ]
    return DeviceDayShown(
        device=device,
        day=day,
        block=sources.store.read(
            device.device_class,
            [device.id],
            span_of(day, timezone, device.device_class),
            metrics_drawn(device.device_class),
        ),
        readings=readings,
        facts=facts,
        now=now,
        today=today,
    )
