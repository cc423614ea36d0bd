"""Aid batches and their lots."""

from datetime import date
from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.paging import Asked, Page, page_of
from api.sources import Given
from ingest.contract.metric import DeviceClass
from ingest.registry.model import AidBatch, Basis, Lot

router = APIRouter(tags=["aid batches"])


class LotShown(BaseModel):
    """One delivery of one device class; a date is null where none is published."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    zone: str
    device_class: DeviceClass
    quantity: int
    signed: date | None
    shipped: date | None
    accepted: date | None
    handed_over: date | None
    installed: date | None
    rated_power_w: Decimal | None
    rated_power_basis: Basis | None
    source: str


class AidBatchShown(BaseModel):
    """What one agreement donates, and how it was delivered."""

    id: str
    name: str
    country: str
    signed: date | None
    source: str
    lots: list[LotShown]


@router.get("/aid-batches")
def aid_batches(sources: Given, place: Asked) -> Page[AidBatchShown]:
    """Return the aid batches, by id, with their lots."""
    registry = sources.registry()
    lots: dict[str, list[Lot]] = {}
    for lot in registry.lots():
        lots.setdefault(lot.aid_batch, []).append(lot)
    return page_of(
        registry.aid_batches(),
        place,
        key=_id,
        show=lambda batch: _shown(batch, lots.get(batch.id, [])),
    )


def _shown(batch: AidBatch, lots: list[Lot]) -> AidBatchShown:
    return AidBatchShown(
        id=batch.id,
        name=batch.name,
        country=batch.country,
        signed=batch.signed,
        source=batch.source,
        lots=[LotShown.model_validate(lot) for lot in lots],
    )


def _id(batch: AidBatch) -> str:
    return batch.id
