"""A device's readings, in columns."""

from datetime import timedelta
from http import HTTPStatus
from math import isnan
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel

from api.accounts.actor import Actor, Permission
from api.accounts.guard import Require
from api.instants import shown
from api.problems import Problem, not_found, unprocessable
from api.releasing import may_see
from api.sources import Given
from ingest.contract.catalog import metrics_of
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.registry.model import Device, Provenance
from ingest.storage.block import Block

router = APIRouter(tags=["devices"])

_LONGEST: Final = timedelta(days=31)


class Column(BaseModel):
    """One metric's readings, one for each instant.

    A value is null where it is missing; its quality (QARTOD: 1 good, 2 unchecked, 3 suspect,
    4 bad, 9 missing) is null where the device said nothing of the metric at that instant.
    """

    metric: str
    unit: str
    values: list[float | None]
    quality: list[int | None]


class Readings(BaseModel):
    """What a device measured in a half-open span."""

    device: str
    device_class: DeviceClass
    provenance: Provenance
    measured_at: list[str | None]
    columns: list[Column]


@router.get("/devices/{device}/readings")
def readings(
    device: str,
    sources: Given,
    actor: Annotated[Actor, Depends(Require(Permission.READ))],
    start: Annotated[AwareDatetime, Query(alias="from", description="first instant")],
    end: Annotated[AwareDatetime, Query(alias="to", description="not included")],
    metric: Annotated[list[str] | None, Query(description="all where none is named")] = None,
) -> Readings:
    """Return what a device measured, over at most 31 days; air once it is released."""
    registry = sources.registry()
    found = registry.device(device)
    if found is None:
        raise not_found("device", device)
    span = _span(start, end)
    if not may_see(actor, found, span, sources):
        raise Problem(HTTPStatus.FORBIDDEN, "not released by the ministry")
    metrics = _metrics(found, metric)
    block = sources.store.read(found.device_class, [found.id], span, metrics)
    return Readings(
        device=found.id,
        device_class=found.device_class,
        provenance=registry.provenance_of(found),
        measured_at=[shown(int(each)) for each in block.measured_at],
        columns=[_column(block, found, name) for name in sorted(block.values)],
    )


def _span(start: AwareDatetime, end: AwareDatetime) -> Period:
    if not timedelta(0) <= end - start <= _LONGEST:
        raise unprocessable(f"from..to: expected at most {_LONGEST.days} days, `from` first")
    return Period.between(start, end)


def _metrics(device: Device, names: list[str] | None) -> list[str] | None:
    for name in names or ():
        if name not in metrics_of(device.device_class):
            raise unprocessable(f"metric {name!r}: not one of a {device.device_class}")
    return names


def _column(block: Block, device: Device, name: str) -> Column:
    return Column(
        metric=name,
        unit=metrics_of(device.device_class)[name].unit,
        values=[None if isnan(value) else value for value in block.values[name].tolist()],
        quality=[flag or None for flag in block.flags[name].tolist()],
    )
