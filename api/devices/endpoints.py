"""Devices as the registry knows them."""

from datetime import date
from decimal import Decimal

from fastapi import APIRouter
from pydantic import BaseModel

from api.paging import Asked, Page, page_of
from api.problems import not_found
from api.sources import Given
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Basis, Device, GridConnection, Provenance
from ingest.registry.registry import Registry

router = APIRouter(tags=["devices"])


class DeviceShown(BaseModel):
    """One addressable piece of equipment. Positions in degrees, its own or its site's."""

    id: str
    zone: str
    gateway: str
    provenance: Provenance
    device_class: DeviceClass
    profile: str
    painted_number: str | None
    lot: str | None
    latitude: Decimal
    longitude: Decimal
    interval_s: int
    rated_power_w: Decimal | None
    rated_power_basis: Basis | None
    accuracy_percent: Decimal
    grid_connection: GridConnection
    schedule: str
    handed_over: date | None


@router.get("/devices")
def devices(
    sources: Given,
    place: Asked,
    zone: str | None = None,
    device_class: DeviceClass | None = None,
) -> Page[DeviceShown]:
    """Return the devices, by id, of one zone and class or of all."""
    registry = sources.registry()
    found = registry.devices() if zone is None else registry.devices_of_zone(zone)
    fitting = [one for one in found if device_class in (None, one.device_class)]
    return page_of(fitting, place, key=_id, show=lambda one: _shown(registry, one))


@router.get("/devices/{device}")
def device(device: str, sources: Given) -> DeviceShown:
    """Return one device."""
    registry = sources.registry()
    found = registry.device(device)
    if found is None:
        raise not_found("device", device)
    return _shown(registry, found)


def _shown(registry: Registry, device: Device) -> DeviceShown:
    latitude, longitude = registry.position_of(device)
    return DeviceShown(
        id=device.id,
        zone=registry.zone_of(device).id,
        gateway=device.gateway,
        provenance=registry.provenance_of(device),
        device_class=device.device_class,
        profile=device.profile,
        painted_number=device.painted_number,
        lot=device.lot,
        latitude=latitude,
        longitude=longitude,
        interval_s=device.interval_s,
        rated_power_w=device.rated_power_w,
        rated_power_basis=device.rated_power_basis,
        accuracy_percent=device.accuracy_percent,
        grid_connection=device.grid_connection,
        schedule=device.schedule,
        handed_over=device.handed_over,
    )


def _id(device: Device) -> str:
    return device.id
