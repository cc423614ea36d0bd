"""Methods that credit energy."""

from fastapi import APIRouter
from pydantic import BaseModel

from analytics.factors.grid import Role
from analytics.methods.catalog import ALL
from analytics.methods.method import Method
from api.paging import Asked, Page, page_of
from ingest.contract.metric import DeviceClass

router = APIRouter(tags=["methods"])


class MethodShown(BaseModel):
    """A way to credit energy: the emissions avoided are energy times the factor of its role."""

    id: str
    version: str
    source: str
    evidence: str
    role: Role | None
    device_classes: list[DeviceClass]


@router.get("/methods")
def methods(place: Asked) -> Page[MethodShown]:
    """Return the methods, by id."""
    return page_of(sorted(ALL, key=_id), place, key=_id, show=_shown)


def _shown(method: Method) -> MethodShown:
    return MethodShown(
        id=method.id,
        version=method.version,
        source=method.source,
        evidence=method.evidence,
        role=method.role,
        device_classes=sorted(method.device_classes),
    )


def _id(method: Method) -> str:
    return method.id
