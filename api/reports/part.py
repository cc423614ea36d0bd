"""The part of a registry that a scope is about: of an aid batch, its lots and their devices."""

from collections.abc import Collection
from typing import Final

from analytics.report import Scope
from ingest.registry.model import Device, Lot
from ingest.registry.registry import Registry

AID_BATCH: Final = "aid-batch"


def in_scope(registry: Registry, scope: Scope) -> Registry:
    """Return what a scope is about; zones, countries and the programme are told apart by zone."""
    if scope.kind != AID_BATCH:
        return registry
    return of_lots(registry, {lot.id for lot in lots_of(registry, scope.id)})


def lots_of(registry: Registry, aid_batch: str) -> list[Lot]:
    """Return the lots of an aid batch."""
    return [lot for lot in registry.lots() if lot.aid_batch == aid_batch]


def of_lots(registry: Registry, lots: Collection[str]) -> Registry:
    """Return a registry without other lots and their devices; a device has the lot it has last."""
    devices = {device.id for device in registry.devices() if device.lot in lots}
    return Registry(
        entry
        for entry in registry.entries
        if (not isinstance(entry.item, Device) or entry.item.id in devices)
        and (not isinstance(entry.item, Lot) or entry.item.id in lots)
    )
