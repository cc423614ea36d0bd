"""What a figure was made of: as it is now, or as a revision keeps it.

What is larger than anybody looks at is told in parts, and nothing of it is computed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Annotated, Any, Final

import orjson
import sqlalchemy as sa
from fastapi import Query

from analytics.daytable import DayTable
from analytics.methods.catalog import is_yearly
from analytics.periods import Days, PeriodError, parse_period
from analytics.quoting import Document
from analytics.report import Scope, figures
from analytics.result import Avoided, Basis, avoided, period_window
from analytics.scopes import of_one_provenance
from analytics.service import facts
from analytics.service.ownfactors import all_factors
from api.closing import pages, revisions
from api.closing.making import devices_of, fact_pages, watermark
from api.closing.pages import FACTS, PageName, called, fact_of
from api.closing.revisions import Revision
from api.lineage.compute import Lineage, contributions, lines
from api.lineage.shown import DeviceDayShown, LineageShown, LineShown, PartShown, ZoneDayShown
from api.problems import unprocessable
from api.reports.compute import zones_in
from api.reports.part import AID_BATCH, in_scope
from api.sources import Sources
from ingest.catalog import snapshot
from ingest.contract.identity import DeviceId, ZoneId
from ingest.registry.model import Zone
from ingest.registry.registry import Registry

_LOOKED_AT: Final = 2_500  # device-days: a month of a zone of 80 devices
_A_MONTH: Final = 31  # days
_BESIDE: Final = ("revision", "sha256", "software", "registry_change", "watermark")
_ZONE_DAY = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Part:
    """Which revision of a figure is asked for, else the newest; which zone and days, else all."""

    revision: Annotated[int | None, Query(ge=1, le=2_147_483_647)] = None
    zone: Annotated[str | None, Query(max_length=63)] = None
    days: Annotated[str | None, Query(max_length=40)] = None


def of_now(
    sources: Sources, asked: Lineage, scope: Scope, days: Days, looked: Part
) -> LineageShown:
    """Return what a figure is made of as far as readings have come."""
    registry = sources.registry()
    part, zones = in_scope(registry, scope), _chosen(registry, scope, looked)
    with snapshot(sources.catalog) as connection:
        beside: dict[str, Any] = {
            "revision": 0,
            "sha256": None,
            "software": sources.software,
            "registry_change": registry.change,
            "watermark": [asdict(mark) for mark in watermark(connection)],
        }
        if _is_too_much(part, zones, days):
            parts = [_own_part(asked, scope, zone, own) for zone, own in _parts(zones, days)]
            return _shown(asked, {}, (), {}, parts, beside)
        places = _places(part, zones, days)
        first = _first_needed(part, places, days)
        own = facts.device_days(connection, first=first, last=days.last, devices=places)
        basis = _basis(
            part,
            DayTable.of(own),
            factors=all_factors(connection),
            as_of=facts.progress(connection).as_of,
        )
    results = of_one_provenance(avoided(basis, zone, period_window(zone, days)) for zone in zones)
    hashes = {(name.zone, name.day): called(body) for name, body in fact_pages(own, places).items()}
    told = figures(scope, days, [row for result in results for row in result.emissions])
    return _shown(asked, _figure(told, asked), results, hashes, (), beside)


def of_revision(
    connection: sa.Connection,
    sources: Sources,
    pinned: Revision,
    asked: Lineage,
    scope: Scope,
    days: Days,
    part: Part,
) -> LineageShown:
    """Return what a figure of a revision is made of, from the facts that were kept for it."""
    registry = sources.registry().as_of(pinned.basis.registry_change)
    own, looked = in_scope(registry, scope), _days(part, days)
    zones = _chosen(registry, scope, part)
    told = pinned.told()
    beside = {name: told[name] for name in _BESIDE}
    figure = _figure(orjson.loads(pinned.content)["figures"], asked)
    first = _first_needed(own, _places(own, zones, looked), looked).isoformat()
    kept = {
        name: digest
        for name, digest in revisions.pinned(
            connection,
            pinned.id,
            zones=[zone.id for zone in zones],
            days=(first, looked.last.isoformat()),
        ).items()
        if name.kind == FACTS
    }
    if _is_too_much(own, zones, looked):
        by_zone: dict[str, list[_ZONE_DAY]] = {zone.id: [] for zone in zones}
        for name, digest in kept.items():
            by_zone[name.zone].append((name.day, digest))
        parts = [
            _part_of(pinned, asked, zone, each, by_zone[zone.id])
            for zone, each in _parts(zones, looked)
        ]
        return _shown(asked, figure, (), {}, parts, beside)
    results = _again(connection, own, pinned, kept, looked, zones)
    hashes = {
        (name.zone, name.day): digest
        for name, digest in kept.items()
        if name.day >= looked.first.isoformat()
    }
    shown = _shown(asked, figure, results, hashes, (), beside)
    # A part's products may be at other factors than the whole's, whose last day is another.
    return shown if looked == days else shown.model_copy(update={"lines": []})


def _chosen(registry: Registry, scope: Scope, part: Part) -> list[Zone]:
    return [each for each in zones_in(registry, scope) if part.zone in (None, each.id)]


def _days(part: Part, whole: Days) -> Days:
    if part.days is None:
        return whole
    try:
        found = parse_period(part.days)
    except PeriodError as error:
        raise unprocessable(str(error)) from error
    if found.first < whole.first or found.last > whole.last:
        raise unprocessable(f"days {part.days!r}: expected days of {whole.label}")
    return found


def _again(
    connection: sa.Connection,
    registry: Registry,
    pinned: Revision,
    names: Mapping[PageName, str],
    days: Days,
    zones: Sequence[Zone],
) -> list[Avoided]:
    kept = pages.get(connection, set(names.values()))
    basis = _basis(
        registry,
        DayTable.of(fact_of(row) for digest in names.values() for row in kept[digest]),
        factors=all_factors(connection, change=pinned.basis.registry_change),
        as_of=pinned.basis.as_of,
    )
    found = (avoided(basis, zone, period_window(zone, days)) for zone in zones)
    return [result for result in found if str(result.provenance) == pinned.provenance]


def _basis(registry: Registry, table: DayTable, **told: Any) -> Basis:  # noqa: ANN401 - two of Basis
    return Basis(registry=registry, facts=table, **told)


def _places(registry: Registry, zones: Iterable[Zone], days: Days) -> dict[DeviceId, ZoneId]:
    return {device.id: zone.id for zone in zones for device in devices_of(registry, zone, days)}


def _first_needed(registry: Registry, devices: Iterable[DeviceId], days: Days) -> date:
    """Return the first day whose facts count: of a yearly method the year's, for its tiers."""
    known = (registry.device(name) for name in devices)
    yearly = any(is_yearly(each) for each in known if each is not None)
    return date(days.first.year, 1, 1) if yearly else days.first


def _is_too_much(registry: Registry, zones: Sequence[Zone], days: Days) -> bool:
    names = {zone.id for zone in zones}
    devices = sum(registry.zone_of(each).id in names for each in registry.devices())
    return devices * days.count > _LOOKED_AT and (len(zones) > 1 or days.count > 1)


def _parts(zones: Sequence[Zone], days: Days) -> Iterator[tuple[Zone, Days]]:
    """Yield a zone each; of a single one its months, and of a month its days."""
    if len(zones) > 1:
        yield from ((zone, days) for zone in zones)
        return
    spans = _months(days) if days.count > _A_MONTH else ((day, day) for day in days)
    for first, last in spans:
        label = f"{first.isoformat()}..{last.isoformat()}"
        yield zones[0], Days(label=label, first=first, last=last)


def _months(days: Days) -> Iterator[tuple[date, date]]:
    first = days.first
    while first <= days.last:
        following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
        yield first, min(following - timedelta(days=1), days.last)
        first = following


def _own_part(asked: Lineage, scope: Scope, zone: Zone, days: Days) -> PartShown:
    whole = scope.kind == AID_BATCH
    named = asked.scope if whole else f"zone:{zone.id}"
    name = f"{named}~{days.label}~{asked.figure}~{asked.device_class}"
    name += f"?zone={zone.id}" if whole else ""
    return PartShown(
        zone=zone.id, days=days.label, zone_days=0, sha256=None, lineage=f"/v1/lineage/{name}"
    )


def _part_of(
    pinned: Revision, asked: Lineage, zone: Zone, days: Days, hashes: Sequence[_ZONE_DAY]
) -> PartShown:
    first, last = days.first.isoformat(), days.last.isoformat()
    own = sorted(each for each in hashes if first <= each[0] <= last)
    told = "".join(f"{day} {digest}\n" for day, digest in own)
    name = f"{pinned.scope}~{pinned.period}~{asked.figure}~{asked.device_class}"
    only = "" if days.label == pinned.period else f"&days={days.label}"
    return PartShown(
        zone=zone.id,
        days=days.label,
        zone_days=len(own),
        sha256=sha256(told.encode()).hexdigest(),
        lineage=f"/v1/lineage/{name}?revision={pinned.number}&zone={zone.id}{only}",
    )


def _figure(told: Iterable[Document], asked: Lineage) -> dict[str, Any]:
    for each in told:
        if (each["id"], each["device_class"]) == (asked.figure, asked.device_class):
            return dict(each)
    return {}


def _shown(
    asked: Lineage,
    figure: Mapping[str, Any],
    results: Sequence[Avoided],
    hashes: Mapping[_ZONE_DAY, str],
    parts: Sequence[PartShown],
    beside: Mapping[str, Any],
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
