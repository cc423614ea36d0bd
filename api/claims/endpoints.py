"""Published claims and plan targets, for those who may see them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from analytics.claims.claim import Claim, ClaimKind, Reason, published_claims
from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.paging import Asked, Page, page_of
from api.sources import Given
from ingest.contract.metric import DeviceClass

router = APIRouter(tags=["claims"])

MAY_READ: Final = Depends(Require(Permission.READ_CLAIMS))


class ClaimShown(BaseModel):
    """What was published, in whose words, and why a figure may differ from it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    kind: ClaimKind
    zone: str
    device_classes: list[DeviceClass]
    year: int | None
    value: Decimal
    unit: str
    per: str
    gas: str
    scope: str
    source: str
    reasons: list[Reason]


@router.get("/claims")
def claims(place: Asked, sources: Given, actor: Annotated[Actor, MAY_READ]) -> Page[ClaimShown]:
    """Return the claims about zones that are seen, by id."""
    zones = {zone.id for zone in sources.registry().zones()}
    found = [claim for claim in claims_for(actor) if claim.zone in zones]
    return page_of(sorted(found, key=_id), place, key=_id, show=_shown)


def claims_for(actor: Actor) -> Sequence[Claim]:
    """Return the claims that somebody may see."""
    return published_claims() if actor.may(Permission.READ_CLAIMS) else ()


def _shown(claim: Claim) -> ClaimShown:
    return ClaimShown.model_validate(claim)


def _id(claim: Claim) -> str:
    return claim.id
