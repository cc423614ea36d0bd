"""What a decision is of (a zone, a site, a lot, one device), and which devices belong to it."""

from dataclasses import dataclass
from enum import StrEnum

from ingest.registry.model import Device
from ingest.registry.registry import Registry


class Holder(StrEnum):
    """A kind of thing that devices belong to."""

    ZONE = "zone"
    SITE = "site"
    LOT = "lot"
    DEVICE = "device"


@dataclass(frozen=True, slots=True, kw_only=True)
class Of:
    """One thing that devices belong to, and of whose devices a decision speaks."""

    holder: Holder
    id: str

    def holds(self, registry: Registry, device: Device, at: int) -> bool:
        """Tell whether a device belongs to it at an instant in microseconds."""
        match self.holder:
            case Holder.DEVICE:
                return device.id == self.id
            case Holder.LOT:
                return device.lot == self.id
            case Holder.SITE:
                return registry.site_of(device, at).id == self.id
            case Holder.ZONE:
                return registry.zone_of(device, at).id == self.id

    def known_in(self, registry: Registry) -> bool:
        """Tell whether a registry has it."""
        match self.holder:
            case Holder.DEVICE:
                return registry.device(self.id) is not None
            case Holder.LOT:
                return registry.lot(self.id) is not None
            case Holder.SITE:
                return registry.site(self.id) is not None
            case Holder.ZONE:
                return registry.zone(self.id) is not None
