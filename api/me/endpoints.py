"""Who one is here, what one may do, and what one sees."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require

router = APIRouter(tags=["accounts"])


class Me(BaseModel):
    """Whoever asks. What is seen lies in one part of every scope."""

    name: str
    permissions: list[str]
    scopes: list[list[str]]


@router.get("/me")
def me(actor: Annotated[Actor, Depends(Require(Permission.READ))]) -> Me:
    """Return who asks."""
    return Me(
        name=actor.name,
        permissions=sorted(actor.permissions),
        scopes=[scope.texts() for scope in actor.scopes],
    )
