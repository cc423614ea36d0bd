"""Where the subjects of faults stand: gateway, site, zone, and whose SIM card serves them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from ingest.contract.identity import DeviceId, ZoneId
from ingest.registry.model import Device, Gateway
from ingest.registry.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one device or gateway stands."""

    gateway: str
    site: str
    zone: ZoneId
    operator: str | None  # of its gateway's SIM card, with the zone: 'Metfone@kh-coast'
    device: Device | None  # None: it is a gateway


class Places:
    """The places of a registry as it is now, each looked up once."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._known: dict[str, Place | None] = {}

    def of(self, subject: str) -> Place | None:
        """Return where a device or gateway stands; None where nobody knows it."""
        if subject not in self._known:
            self._known[subject] = self._found(subject)
        return self._known[subject]

    def served_by(self, gateways: Iterable[str]) -> tuple[DeviceId, ...]:
        """Return the devices that gateways serve, in order."""
        found = (self.registry.devices_of_gateway(each) for each in gateways)
        return tuple(sorted(device.id for own in found for device in own))

    @cached_property
    def all_devices(self) -> Mapping[str, Place]:
        """Every device with its place."""
        names = [device.id for device in self.registry.devices()]
        return {name: place for name in names if (place := self.of(name)) is not None}

    @cached_property
    def all_gateways(self) -> Mapping[str, Place]:
        """Every gateway with its place."""
        found = ((each.id, self._of_gateway(each, None)) for each in self.registry.gateways())
        return dict(found)

    def _found(self, subject: str) -> Place | None:
        # A gateway may be a device, too, which has readings of its own: its place is the same.
        device = self.registry.device(subject)
        gateway = self.registry.gateway(subject if device is None else device.gateway)
        return None if gateway is None else self._of_gateway(gateway, device)

    def _of_gateway(self, gateway: Gateway, device: Device | None) -> Place:
        site, zone = self.registry.site_of(gateway), self.registry.zone_of(gateway)
        card = None if gateway.sim is None else self.registry.sim_card(gateway.sim)
        return Place(
            gateway=gateway.id,
            site=site.id,
            zone=zone.id,
            operator=None if card is None else f"{card.operator}@{zone.id}",
            device=device,
        )
