"""A period as other systems take it in."""

import csv
from collections.abc import Iterator
from enum import StrEnum
from io import StringIO
from typing import Annotated, Final

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Response
from fastapi.responses import StreamingResponse

from analytics.periods import Days
from analytics.report import Scope
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.closing import revisions
from api.closing.making import scope_text
from api.closing.revisions import Revision
from api.closing.seeing import sees
from api.evidence import shelf
from api.exports import days as device_days
from api.instants import shown
from api.reports.compute import zones_in
from api.reports.endpoints import Wished, asked_period, seen_document
from api.reports.part import in_scope
from api.sources import Given, Sources, Whole
from dashboards.report.guarding import guarded_text
from dashboards.report.indicators import achieved, indicators, support_received
from ingest.audit import journal

router = APIRouter(tags=["exports"])

_EVIDENCE: Final = (
    *("id", "kind", "device", "zone", "lot", "dated", "name", "sha256", "media_type", "size"),
    *("entered_by", "entered_at"),
)
_PARQUET: Final = "application/vnd.apache.parquet"


class Export(StrEnum):
    """What there is of a period."""

    INDICATORS = "indicators.csv"
    ACHIEVED = "ctf-achieved.csv"
    SUPPORT = "ctf-support.csv"
    EVIDENCE = "evidence.csv"
    DEVICE_DAYS = "device-days.csv"
    PARQUET = "device-days.parquet"


_WRITERS: Final = {
    Export.INDICATORS: indicators,
    Export.ACHIEVED: achieved,
    Export.SUPPORT: support_received,
}


@router.get("/exports/{scope}/{period}/{name}")
def export(
    scope: str,
    period: str,
    name: Export,
    sources: Given,
    whole: Whole,
    actor: Annotated[Actor, Depends(Require(Permission.READ))],
) -> Response:
    """Return a table: of the newest revision where there is one, else as far as readings came.

    `indicators.csv`, `ctf-achieved.csv` and `ctf-support.csv` are made of the report document,
    `device-days.csv` (streamed) and `device-days.parquet` of the facts it rests on;
    `evidence.csv` lists photographs and certificates with their hashes.
    """
    named, days = asked_period(sources, scope, period)
    with sources.catalog.begin() as connection:
        deed = actor.deed("report.export", f"export:{scope}/{period}/{name}")
        journal.append(connection, deed, at=sources.clock.now())
    if name in _WRITERS:
        found = seen_document(sources, whole, actor, Wished(scope, period))
        return _file(_WRITERS[name](found), name, "text/csv")
    if name is Export.EVIDENCE:
        return _file(_evidence(sources, named, days), name, "text/csv")
    if name is Export.PARQUET:
        with sources.catalog.connect() as connection:
            pinned = _pinned(connection, whole, actor, named, days)
            rows = device_days.rows(connection, sources.registry(), named, days, pinned)
            return _file(device_days.as_parquet(rows), name, _PARQUET)
    return StreamingResponse(
        _streamed(sources, whole, actor, named, days),
        media_type="text/csv",
        headers=_headers(name),
    )


def _streamed(
    sources: Sources, whole: Sources, actor: Actor, scope: Scope, days: Days
) -> Iterator[bytes]:
    with sources.catalog.connect() as connection:
        pinned = _pinned(connection, whole, actor, scope, days)
        rows = device_days.rows(connection, sources.registry(), scope, days, pinned)
        yield from device_days.as_csv(rows)


def _pinned(
    connection: sa.Connection, whole: Sources, actor: Actor, scope: Scope, days: Days
) -> Revision | None:
    if not sees(actor, whole.registry(), scope):
        return None
    known = revisions.history(connection, scope_text(scope), days.label)
    return known[-1] if known else None


def _evidence(sources: Sources, scope: Scope, days: Days) -> bytes:
    registry = in_scope(sources.registry(), scope)
    out = StringIO()
    writer = csv.DictWriter(out, _EVIDENCE, lineterminator="\r\n")
    writer.writeheader()
    zones = {zone.id for zone in zones_in(registry, scope)}
    with sources.catalog.connect() as connection:
        for each in shelf.of(connection):
            device = registry.device(each.device)
            if device is None or each.dated > days.last:
                continue
            zone = registry.zone_of(device).id
            if zone in zones:
                writer.writerow(
                    {name: getattr(each, name) for name in _EVIDENCE if hasattr(each, name)}
                    | {"zone": zone, "lot": device.lot, "entered_at": shown(each.entered_at)}
                    | {"name": guarded_text(each.name)}
                )
    return out.getvalue().encode()


def _file(content: bytes, name: Export, media_type: str) -> Response:
    return Response(content, media_type=media_type, headers=_headers(name))


def _headers(name: Export) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="zonewatch-{name}"'}
