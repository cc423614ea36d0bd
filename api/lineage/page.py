"""The board's pages that walk from a figure to its messages, and back up."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.desk import AtDesk
from api.lineage.endpoints import (
    DEVICE_DAY,
    MESSAGE,
    PartAsked,
    device_day_lineage,
    figure_lineage,
    message_lineage,
)
from api.lineage.shown import (
    DeviceDayLineage,
    LineageShown,
    LineShown,
    MessageLineage,
    MessageShown,
    PartShown,
    RevisionShown,
)
from api.problems import Problem
from api.sources import Given, Sources
from dashboards.board.lineage import (
    DeviceDayView,
    JudgedRow,
    LineageView,
    MessageRow,
    MessageView,
    ProductRow,
    RestRow,
    credited_by_day,
)
from dashboards.board.pages import Shown as Page
from dashboards.board.views import MissingView
from dashboards.report.language import Language
from ingest.archive import Position
from ingest.registry.model import Provenance

router = APIRouter(prefix="/board", include_in_schema=False)

_MOST_DAYS: Final = 400  # device-days that can be looked at
_API: Final = "/v1/lineage/"
Reader = Annotated[Actor, Depends(Require(Permission.READ))]


@router.get("/lineage/{lineage}")
def follow(
    lineage: str, sources: Given, desk: AtDesk, actor: Reader, part: PartAsked
) -> HTMLResponse:
    """Return the page of a figure, a device-day or a message."""
    try:
        view: Page
        if fits := DEVICE_DAY.fullmatch(lineage):
            view = _day_view(device_day_lineage(sources, fits[1], fits[2]), sources)
        elif fits := MESSAGE.fullmatch(lineage):
            place = Position(fits[1], int(fits[2]))
            view = _message_view(message_lineage(sources, place, int(fits[3])), sources)
        else:
            found = figure_lineage(sources, desk.sources, actor, lineage, part)
            view = _figure_view(lineage, found, sources, Language(desk.language))
    except Problem:
        return desk.shown(MissingView(what=lineage), HTTPStatus.NOT_FOUND)
    return desk.shown(view)


def _figure_view(
    lineage: str, found: LineageShown, sources: Sources, words: Language
) -> LineageView:
    rows = [
        JudgedRow(
            device=one.device,
            day=one.day,
            energy_mwh=one.energy_mwh,
            distance_m=one.distance_m,
            why_not=None if one.why_not_credited is None else words.phrase(one.why_not_credited),
            lineage=_own(one.lineage),
        )
        for one in found.device_days
    ]
    method = found.method or {}
    return LineageView(
        lineage=lineage,
        scope=found.scope,
        period=found.period,
        figure=found.figure,
        device_class=found.device_class,
        value=found.value,
        unit=found.unit or "",
        revision=found.revision,
        sha256=found.sha256,
        software=found.software,
        registry_change=found.registry_change,
        method=method.get("id", ""),
        method_version=method.get("version", ""),
        products=tuple(map(_product, found.lines)),
        parts=tuple(map(_part, found.parts)),
        days=tuple(rows[:_MOST_DAYS]),
        days_all=len(rows),
        zone_days=len(found.zone_days) + sum(each.zone_days for each in found.parts),
        by_day=credited_by_day(rows),
        watermark=tuple(f"{each['file']} + {each['offset']}" for each in found.watermark),
        provenances=_provenances(sources, [row.device for row in rows]),
    )


def _part(one: PartShown) -> tuple[str, str]:
    return f"{one.zone}, {one.days}", _own(one.lineage)


def _product(line: LineShown) -> ProductRow:
    return ProductRow(
        name=line.name,
        quantity=line.quantity,
        unit=line.unit,
        factor=str(line.factor["value"]),
        factor_unit=str(line.factor["unit"]),
        source=f"{line.factor['source']} {line.factor['version']}",
        scale=line.scale,
        kg=line.kg,
    )


def _day_view(found: DeviceDayLineage, sources: Sources) -> DeviceDayView:
    return DeviceDayView(
        device=found.device,
        day=found.day,
        messages=tuple(map(_message_row, found.messages)),
        rests=tuple(map(_rest, found.revisions)),
        provenances=_provenances(sources, [found.device]),
    )


def _message_view(found: MessageLineage, sources: Sources) -> MessageView:
    days = tuple(map(_own, found.device_days))
    devices = [each.removeprefix("device-day:").partition("~")[0] for each in days]
    return MessageView(
        message=_message_row(found.message),
        days=days,
        rests=tuple(map(_rest, found.revisions)),
        provenances=_provenances(sources, devices),
    )


def _message_row(one: MessageShown) -> MessageRow:
    return MessageRow(
        lineage=_own(one.lineage),
        place=f"{one.file} + {one.offset} [{one.index}]",
        gateway=one.gateway,
        boot=one.boot,
        numbers=", ".join(f"{first}–{last}" for first, last in one.numbers),
        received_at=one.received_at,
    )


def _rest(one: RevisionShown) -> RestRow:
    return RestRow(scope=one.scope, period=one.period, number=one.number)


def _own(lineage: str) -> str:
    return lineage.removeprefix(_API)


def _provenances(sources: Sources, devices: list[str]) -> tuple[Provenance, ...]:
    registry = sources.registry()
    known = (registry.device(name) for name in set(devices))
    return tuple(sorted({registry.provenance_of(each) for each in known if each is not None}))
