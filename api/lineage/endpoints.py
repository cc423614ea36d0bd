"""What a figure was made of, and what was made of a message."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Final

import orjson
import sqlalchemy as sa
from fastapi import APIRouter, Depends, Query

from analytics.daytable import DayTable
from analytics.periods import Days
from analytics.quoting import Document
from analytics.report import Scope
from analytics.result import Basis, ZoneResult, period_window, zone_result
from analytics.service.ownfactors import all_factors
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.closing import revisions
from api.closing.closing import pinned_facts
from api.closing.making import fact_pages, own_facts, scope_text, watermark
from api.closing.pages import called, fact_of
from api.closing.revisions import Revision
from api.closing.seeing import sees
from api.lineage import walk
from api.lineage.compute import Lineage, LineageError, contributions, lines
from api.lineage.shown import (
    DeviceDayLineage,
    DeviceDayShown,
    LineageShown,
    LineShown,
    MessageLineage,
    MessageShown,
    RevisionShown,
    ZoneDayShown,
)
from api.lineage.walk import DeviceDayName
from api.problems import not_found
from api.reports.compute import document, of_one_provenance, zones_in
from api.reports.endpoints import asked_period, computed
from api.reports.part import in_scope
from api.sources import Given, Sources, Whole
from ingest import taken
from ingest.archive import Position

router = APIRouter(tags=["lineage"])

_DEVICE_DAY: Final = re.compile(r"device-day:([^~]{1,63})~(\d{4}-\d\d-\d\d)")
_MESSAGE: Final = re.compile(r"message:([^~/]{1,80})~(\d{1,15})~(\d{1,9})")


@router.get("/lineage/{lineage}")
def lineage(
    lineage: str,
    sources: Given,
    whole: Whole,
    actor: Annotated[Actor, Depends(Require(Permission.READ))],
    revision: Annotated[int | None, Query(ge=1, le=2_147_483_647)] = None,
) -> LineageShown | DeviceDayLineage | MessageLineage:
    """Return what a figure was made of, or `device-day:ID~DAY`, or what `message:PLACE` made."""
    if fits := _DEVICE_DAY.fullmatch(lineage):
        return _device_day(sources, fits[1], fits[2])
    if fits := _MESSAGE.fullmatch(lineage):
        return _message(sources, Position(fits[1], int(fits[2])), int(fits[3]))
    try:
        asked = Lineage.parse(lineage)
    except LineageError as error:
        raise not_found("lineage", repr(error.text)) from error
    named, days = asked_period(sources, asked.scope, asked.period)
    with sources.catalog.connect() as connection:
        pinned = None
        if sees(actor, whole.registry(), named):
            pinned = _revision(connection, named, days, revision)
        elif revision is not None:
            raise not_found("revision", revision)
        if pinned is not None:
            return _of_revision(connection, whole, pinned, asked, named, days)
        return _of_now(connection, sources, asked)


def _revision(
    connection: sa.Connection, scope: Scope, days: Days, number: int | None
) -> Revision | None:
    known = revisions.history(connection, scope_text(scope), days.label)
    if number is None:
        return known[-1] if known else None
    for each in known:
        if each.number == number:
            return each
    raise not_found("revision", number)


def _of_now(connection: sa.Connection, sources: Sources, asked: Lineage) -> LineageShown:
    result = computed(sources, asked.scope, asked.period)
    hashes = {
        (name.zone, name.day): called(body)
        for name, body in fact_pages(own_facts(connection, result), result).items()
    }
    told = document(result, software=sources.software)
    beside: dict[str, Any] = {
        "revision": 0,
        "sha256": None,
        "software": sources.software,
        "registry_change": sources.registry().change,
        "watermark": [asdict(mark) for mark in watermark(connection)],
    }
    return _shown(asked, result.results, hashes, told, beside)


def _of_revision(
    connection: sa.Connection,
    sources: Sources,
    pinned: Revision,
    asked: Lineage,
    scope: Scope,
    days: Days,
) -> LineageShown:
    """Return the lineage of a revision, from the facts that were kept for it."""
    registry = sources.registry().as_of(pinned.basis.registry_change)
    basis = Basis(
        registry=in_scope(registry, scope),
        facts=DayTable.of(fact_of(row) for row in pinned_facts(connection, pinned)),
        uptime=(),
        batteries=(),
        air=(),
        pv=(),
        factors=all_factors(connection, change=pinned.basis.registry_change),
        as_of=pinned.basis.as_of,
    )
    results = of_one_provenance(
        zone_result(basis, zone, period_window(zone, days)) for zone in zones_in(registry, scope)
    )
    hashes = {
        (name.zone, name.day): digest
        for name, digest in revisions.pinned(connection, pinned.id).items()
        if name.day
    }
    told = pinned.told()
    beside = {name: told[name] for name in _BESIDE}
    return _shown(asked, results, hashes, orjson.loads(pinned.content), beside)


_BESIDE: Final = ("revision", "sha256", "software", "registry_change", "watermark")


def _shown(
    asked: Lineage,
    results: Sequence[ZoneResult],
    hashes: dict[tuple[str, str], str],
    told: Document,
    beside: dict[str, Any],
) -> LineageShown:
    days = contributions(results, asked.device_class)
    figure = _figure(told, asked)
    return LineageShown(
        scope=asked.scope,
        period=asked.period,
        figure=asked.figure,
        device_class=asked.device_class,
        energy_mwh=sum(one.energy_mwh or 0 for one in days),
        credited_mwh=sum(one.energy_mwh or 0 for one in days if one.why_not_credited is None),
        lines=[LineShown.of(line) for line in lines(results, asked.device_class)],
        method=figure.get("method"),
        factors=figure.get("factors"),
        assumed_inputs=figure.get("assumed_inputs"),
        zone_days=[
            ZoneDayShown(zone=zone, day=date.fromisoformat(day), sha256=digest)
            for (zone, day), digest in sorted(hashes.items())
        ],
        device_days=[DeviceDayShown.of(one) for one in days],
        **beside,
    )


def _figure(told: Document, asked: Lineage) -> dict[str, Any]:
    figures = told["figures"]
    assert isinstance(figures, list)  # noqa: S101 - a document is typed by its schema alone
    for each in figures:
        if (each["id"], each["device_class"]) == (asked.figure, asked.device_class):
            return dict(each)
    return {}


def _device_day(sources: Sources, device: str, text: str) -> DeviceDayLineage:
    registry = sources.registry()
    found, day = registry.device(device), _day(text)
    if found is None or day is None:
        raise not_found("device-day", f"{device} {text}")
    with sources.catalog.connect() as connection:
        return DeviceDayLineage(
            device=device,
            day=day,
            messages=[
                MessageShown.of(one) for one in walk.messages_of(connection, registry, found, day)
            ],
            revisions=_on(connection, sources, [DeviceDayName(device=device, day=day)]),
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _message(sources: Sources, place: Position, index: int) -> MessageLineage:
    with sources.catalog.connect() as connection:
        found = taken.at(connection, place, index)
        if found is None or not sources.sees(found.gateway):
            raise not_found("message", f"{place.file} {place.offset} {index}")
        days = walk.device_days_of(connection, sources.registry(), found)
        return MessageLineage(
            message=MessageShown.of(found),
            device_days=[f"/v1/lineage/device-day:{one.device}~{one.day}" for one in days],
            revisions=_on(connection, sources, days),
        )


def _on(
    connection: sa.Connection, sources: Sources, days: list[DeviceDayName]
) -> list[RevisionShown]:
    return [
        RevisionShown(scope=one.scope, period=one.period, number=one.number)
        for one in walk.revisions_on(connection, sources.registry(), days)
    ]
