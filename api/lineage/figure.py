"""What a figure was made of: as it is now, or as a revision keeps it.

What is larger than anybody looks at is told zone by zone, and nothing of it is computed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final

import orjson
import sqlalchemy as sa

from analytics.daytable import DayTable
from analytics.periods import Days
from analytics.quoting import Document
from analytics.report import Scope
from analytics.result import Basis, ZoneResult, period_window, zone_result
from analytics.service.ownfactors import all_factors
from api.closing import pages, revisions
from api.closing.making import devices_of, fact_pages, own_facts, watermark
from api.closing.pages import FACTS, PageName, called, fact_of
from api.closing.revisions import Revision
from api.lineage.compute import Lineage, contributions, lines
from api.lineage.shown import DeviceDayShown, LineageShown, LineShown, PartShown, ZoneDayShown
from api.reports.compute import compute, document, zones_in
from api.reports.part import in_scope
from api.sources import Sources
from ingest.catalog import snapshot
from ingest.registry.model import Zone
from ingest.registry.registry import Registry

_LOOKED_AT: Final = 25_000  # device-days: a year of a zone of 60 devices
_BESIDE: Final = ("revision", "sha256", "software", "registry_change", "watermark")


def of_now(sources: Sources, asked: Lineage, scope: Scope, days: Days) -> LineageShown:
    """Return what a figure is made of as far as readings have come."""
    registry = sources.registry()
    with snapshot(sources.catalog) as connection:
        beside: dict[str, Any] = {
            "revision": 0,
            "sha256": None,
            "software": sources.software,
            "registry_change": registry.change,
            "watermark": [asdict(mark) for mark in watermark(connection)],
        }
        zones = zones_in(registry, scope)
        if _is_too_much(in_scope(registry, scope), zones, days):
            parts = [_own_part(asked, days, zone.id) for zone in zones]
            return _shown(asked, {}, (), {}, parts, beside)
        result = compute(connection, registry, scope, days)
        hashes = {
            (name.zone, name.day): called(body)
            for name, body in fact_pages(own_facts(connection, result), result).items()
        }
    told = document(result, software=sources.software)
    return _shown(asked, _figure(told, asked), result.results, hashes, (), beside)


def of_revision(
    connection: sa.Connection,
    sources: Sources,
    pinned: Revision,
    asked: Lineage,
    scope: Scope,
    days: Days,
    zone: str | None = None,
) -> LineageShown:
    """Return what a figure of a revision is made of, from the facts that were kept for it."""
    registry = sources.registry().as_of(pinned.basis.registry_change)
    part = in_scope(registry, scope)
    zones = [each for each in zones_in(registry, scope) if zone in (None, each.id)]
    names = {
        name: digest
        for name, digest in revisions.pinned(connection, pinned.id).items()
        if name.kind == FACTS and zone in (None, name.zone)
    }
    hashes = {(name.zone, name.day): digest for name, digest in names.items()}
    told = pinned.told()
    beside = {name: told[name] for name in _BESIDE}
    figure = _figure(orjson.loads(pinned.content), asked)
    if _is_too_much(part, zones, days):
        parts = [_part_of(asked, pinned, each.id) for each in zones]
        return _shown(asked, figure, (), hashes, parts, beside)
    results = _again(connection, part, pinned, names, days, zones)
    return _shown(asked, figure, results, hashes, (), beside)


def _again(
    connection: sa.Connection,
    registry: Registry,
    pinned: Revision,
    names: dict[PageName, str],
    days: Days,
    zones: Sequence[Zone],
) -> list[ZoneResult]:
    kept = pages.get(connection, set(names.values()))
    basis = Basis(
        registry=registry,
        facts=DayTable.of(
            fact_of(row) for name in sorted(names, key=str) for row in kept[names[name]]
        ),
        uptime=(),
        batteries=(),
        air=(),
        pv=(),
        factors=all_factors(connection, change=pinned.basis.registry_change),
        as_of=pinned.basis.as_of,
    )
    found = (zone_result(basis, zone, period_window(zone, days)) for zone in zones)
    return [result for result in found if str(result.provenance) == pinned.provenance]


def _is_too_much(registry: Registry, zones: Iterable[Zone], days: Days) -> bool:
    devices = sum(len(devices_of(registry, zone, days)) for zone in zones)
    return devices * days.count > _LOOKED_AT


def _own_part(asked: Lineage, days: Days, zone: str) -> PartShown:
    name = f"zone:{zone}~{days.label}~{asked.figure}~{asked.device_class}"
    return PartShown(zone=zone, lineage=f"/v1/lineage/{name}")


def _part_of(asked: Lineage, pinned: Revision, zone: str) -> PartShown:
    name = f"{pinned.scope}~{pinned.period}~{asked.figure}~{asked.device_class}"
    place = f"/v1/lineage/{name}?revision={pinned.number}&zone={zone}"
    return PartShown(zone=zone, lineage=place)


def _figure(told: Document, asked: Lineage) -> dict[str, Any]:
    figures = told["figures"]
    assert isinstance(figures, list)  # noqa: S101 - a document is typed by its schema alone
    for each in figures:
        if (each["id"], each["device_class"]) == (asked.figure, asked.device_class):
            return dict(each)
    return {}


def _shown(
    asked: Lineage,
    figure: dict[str, Any],
    results: Sequence[ZoneResult],
    hashes: dict[tuple[str, str], str],
    parts: Sequence[PartShown],
    beside: dict[str, Any],
) -> LineageShown:
    days = contributions(results, asked.device_class)
    return LineageShown(
        scope=asked.scope,
        period=asked.period,
        figure=asked.figure,
        device_class=asked.device_class,
        value=figure.get("value"),
        unit=figure.get("unit"),
        energy_mwh=sum(one.energy_mwh or 0 for one in days),
        credited_mwh=sum(one.energy_mwh or 0 for one in days if one.why_not_credited is None),
        lines=[LineShown.of(line) for line in lines(results, asked.device_class)],
        method=figure.get("method"),
        factors=figure.get("factors"),
        assumed_inputs=figure.get("assumed_inputs"),
        parts=list(parts),
        zone_days=[
            ZoneDayShown(zone=zone, day=date.fromisoformat(day), sha256=digest)
            for (zone, day), digest in sorted(hashes.items())
        ],
        device_days=[DeviceDayShown.of(one) for one in days],
        **beside,
    )
