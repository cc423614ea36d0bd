"""Gateways, and what was last heard of each."""

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel

from api.instants import shown
from api.paging import Asked, Page, page_of
from api.sources import Given
from ingest.presence import Presence, every
from ingest.registry.expiry import WARNED
from ingest.registry.model import Gateway, Provenance
from ingest.registry.registry import Registry

router = APIRouter(tags=["gateways"])


class StepShown(BaseModel):
    """A step of a gateway's clock: what it said just behind it, and how far it went."""

    at: str | None
    by_s: float  # negative: back


class PresenceShown(BaseModel):
    """What was last heard of a gateway."""

    alive: bool
    boot: str | None
    software: str | None
    born_at: str | None
    died_at: str | None
    heard_at: str | None
    clock_steps: list[StepShown]  # the newest of this boot
    not_taken: int  # records of this boot that its outbox had no room for


class GatewayShown(BaseModel):
    """A field computer; presence is None where it was never heard of."""

    id: str
    site: str
    zone: str
    provenance: Provenance
    sim: str | None
    sim_expires: date | None
    sim_runs_out: bool  # within 30 days, or has already
    presence: PresenceShown | None


@router.get("/gateways")
def gateways(sources: Given, place: Asked) -> Page[GatewayShown]:
    """Return the gateways, by id."""
    registry, today = sources.registry(), sources.clock.now().date()
    with sources.catalog.connect() as connection:
        heard = {str(presence.gateway): presence for presence in every(connection)}
    return page_of(
        registry.gateways(),
        place,
        key=_id,
        show=lambda gateway: _shown(registry, gateway, heard.get(gateway.id), today),
    )


def _shown(
    registry: Registry, gateway: Gateway, presence: Presence | None, today: date
) -> GatewayShown:
    card = None if gateway.sim is None else registry.sim_card(gateway.sim)
    expires = None if card is None else card.expires
    return GatewayShown(
        id=gateway.id,
        site=gateway.site,
        zone=registry.zone_of(gateway).id,
        provenance=gateway.provenance,
        sim=gateway.sim,
        sim_expires=expires,
        sim_runs_out=expires is not None and expires - today <= WARNED,
        presence=None if presence is None else _presence(presence),
    )


def _presence(presence: Presence) -> PresenceShown:
    return PresenceShown(
        alive=presence.alive,
        boot=presence.boot,
        software=presence.software,
        born_at=shown(presence.born_at),
        died_at=shown(presence.died_at),
        heard_at=shown(presence.heard_at),
        clock_steps=[StepShown(at=shown(one.at), by_s=one.by_s) for one in presence.clock_steps],
        not_taken=presence.not_taken,
    )


def _id(gateway: Gateway) -> str:
    return gateway.id
