"""The page for a telephone at the pole: painted number, position, one photograph."""

import re
from dataclasses import replace
from decimal import Decimal
from http import HTTPStatus
from math import asin, cos, radians, sin, sqrt
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from fastapi.responses import HTMLResponse

from api.accounts.actor import Actor, Permission
from api.accounts.forms import Posted, Upload, Uploads
from api.accounts.guard import Require
from api.accounts.log_in import GivenPerson
from api.evidence.endpoints import kept
from api.evidence.shelf import About, EvidenceKind, NotEvidenceError, media_type_of
from api.sources import Given, Sources
from dashboards.board.pages import page
from dashboards.board.views import CommissionTrouble, CommissionView
from ingest.audit import journal
from ingest.contract.period import micros
from ingest.registry import tables
from ingest.registry.model import Device, Zone

router = APIRouter(prefix="/board", include_in_schema=False)

MayEnter = Annotated[Actor, Depends(Require(Permission.ENTER_FIELDWORK))]
_POSITION: Final = re.compile(
    r"\s*(-?[0-9]{1,2}(?:\.[0-9]{1,9})?)\s*[,; ]\s*(-?[0-9]{1,3}(?:\.[0-9]{1,9})?)\s*"
)
_FARTHEST_KM: Final = 100.0  # [assumed] from a zone's middle: further off is a slip
_EARTH_KM: Final = 6_371.0

Position = tuple[Decimal, Decimal]


class _RefusedError(Exception):
    def __init__(self, trouble: CommissionTrouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


@router.get("/commission")
def show(person: GivenPerson, _: MayEnter) -> HTMLResponse:
    """Return the form."""
    return HTMLResponse(page(CommissionView(), person=person))


@router.post("/commission")
def commission(
    fields: Posted, uploads: Uploads, sources: Given, person: GivenPerson, actor: MayEnter
) -> HTMLResponse:
    """Enter a device's position and keep its photograph, or say what is wrong."""
    number, position = fields.get("number", "").strip(), fields.get("position", "")
    view = CommissionView(number=number, position=position)
    try:
        where = _position(position)
        device = _device(sources, number, where)
        evidence = _put(
            sources,
            actor,
            replace(device, latitude=where[0], longitude=where[1]),
            uploads.get("file"),
        )
        view = replace(view, device=device, evidence=evidence)
    except _RefusedError as error:
        view = replace(view, trouble=error.trouble)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if view.trouble else HTTPStatus.OK
    return HTMLResponse(page(view, person=person), status)


def _position(text: str) -> Position:
    fits = _POSITION.fullmatch(text)
    if fits is None:
        raise _RefusedError(CommissionTrouble.POSITION)
    where = Decimal(fits[1]), Decimal(fits[2])
    if abs(where[0]) > 90 or abs(where[1]) > 180:  # noqa: PLR2004 - degrees
        raise _RefusedError(CommissionTrouble.POSITION)
    return where


def _device(sources: Sources, number: str, where: Position) -> Device:
    """Return the device with a number; two zones may have painted the same one."""
    registry = sources.registry()
    named = [each for each in registry.devices() if each.painted_number == number]
    near = [
        each for each in named if _apart_km(where, _middle(registry.zone_of(each))) <= _FARTHEST_KM
    ]
    if named and not near:
        raise _RefusedError(CommissionTrouble.FAR)
    if len(near) != 1:
        raise _RefusedError(CommissionTrouble.UNKNOWN)
    return near[0]


def _middle(zone: Zone) -> Position:
    return zone.latitude, zone.longitude


def _put(sources: Sources, actor: Actor, device: Device, photograph: Upload | None) -> int:
    """Keep the photograph, then enter the position, which is valid from now on."""
    now = sources.clock.now()
    try:
        if photograph is None or not media_type_of(photograph).startswith("image/"):
            raise _RefusedError(CommissionTrouble.PHOTOGRAPH)
    except NotEvidenceError:
        raise _RefusedError(CommissionTrouble.PHOTOGRAPH) from None
    about = About(kind=EvidenceKind.PHOTOGRAPH, device=device.id, dated=now.date())
    evidence = kept(sources, actor, photograph, about)
    with sources.catalog.begin() as connection:
        journal.append(connection, actor.deed("device.commission", f"device:{device.id}"), at=now)
        source = f"commissioned on the spot: evidence {evidence.id}"
        entry = (micros(now), device)
        tables.append(connection, [entry], actor=actor.name, source=source, known_at=now)
    return evidence.id


def _apart_km(one: Position, other: Position) -> float:
    """Return the distance between two positions on a sphere. [km]"""
    north, east = (radians(float(each)) for each in one)
    to_north, to_east = (radians(float(each)) for each in other)
    half = sin((to_north - north) / 2) ** 2
    half += cos(north) * cos(to_north) * sin((to_east - east) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, half)))
