"""What was handed over in a zone: its devices, and those of a lot that nobody has registered.

Coverage counts against all of it, so that what never connected cannot flatter a figure.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, Lot, Provenance, Zone
from ingest.registry.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """Equipment that counts on a day, of one provenance; gateways are not among it."""

    provenance: Provenance
    devices: tuple[Device, ...]
    unregistered: Mapping[DeviceClass, int]  # pieces of lots beyond their registered devices

    @property
    def count(self) -> int:
        """All pieces, registered or not."""
        return len(self.devices) + sum(self.unregistered.values())


def handed_over(registry: Registry, zone: Zone, *, on: date, at: int) -> HandedOver:
    """Return what counts in a zone on a local day, as the registry is at an instant of it.

    Where a zone has gateways of several provenances, real comes before simulated before recorded.
    """
    found: dict[Provenance, list[Device]] = {}
    for device in registry.devices_of_zone(zone.id, at):
        if device.device_class is not DeviceClass.GATEWAY and _counts(device, on):
            found.setdefault(registry.provenance_of(device), []).append(device)
    order = (Provenance.REAL, Provenance.SIMULATED, Provenance.RECORDED)
    provenance = next((each for each in order if each in found), Provenance.REAL)
    return HandedOver(
        provenance=provenance,
        devices=tuple(found.get(provenance, ())),
        unregistered=_unregistered(registry, zone, on=on, at=at),
    )


def _counts(device: Device, on: date) -> bool:
    """Tell whether a device counts on a day; one whose date is not known does."""
    return device.handed_over is None or device.handed_over <= on


def _unregistered(
    registry: Registry, zone: Zone, *, on: date, at: int
) -> Mapping[DeviceClass, int]:
    registered = Counter(device.lot for device in registry.devices(at))
    missing: Counter[DeviceClass] = Counter()
    for lot in registry.lots():
        if lot.zone == zone.id and _arrived(lot, on):
            missing[lot.device_class] += max(lot.quantity - registered[lot.id], 0)
    return +missing


def _arrived(lot: Lot, on: date) -> bool:
    """Tell whether a lot is known to have been handed over or installed by a day."""
    return any(day is not None and day <= on for day in (lot.handed_over, lot.installed))
