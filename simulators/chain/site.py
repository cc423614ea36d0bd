"""A site of the chain as its gateway and its devices know it, from the registry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.metric import DeviceClass
from ingest.mqtt import BrokerAddress
from ingest.registry.model import Device, Gateway, Zone
from ingest.registry.registry import Registry

_NEVER_CONNECTED: Final = "-silent"  # handed over, and never heard of


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSite:
    """One gateway, the zone it stands in, and the devices on its line."""

    gateway: GatewayId
    zone: Zone
    devices: tuple[Device, ...]

    @property
    def units(self) -> Mapping[DeviceId, int]:
        """The devices' addresses on the line."""
        return {device.id: number for number, device in enumerate(self.devices, start=1)}

    @property
    def profiles(self) -> Mapping[DeviceId, str]:
        """What the devices' registers mean, by the name of the profile."""
        return {device.id: device.profile for device in self.devices}


def field_sites(registry: Registry) -> list[FieldSite]:
    """Return a site for every gateway of the registry."""
    return [_site(registry, gateway) for gateway in registry.gateways()]


def _site(registry: Registry, gateway: Gateway) -> FieldSite:
    return FieldSite(
        gateway=gateway.id,
        zone=registry.zone_of(gateway),
        devices=tuple(
            device
            for device in registry.devices_of_gateway(gateway.id)
            if device.device_class is not DeviceClass.GATEWAY
            and not device.id.endswith(_NEVER_CONNECTED)
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a gateway finds on this machine: its folder, the broker, the clock, and its line."""

    home: Path
    broker: BrokerAddress
    clock_port: int
    line_port: int


def site_file(site: FieldSite, around: Surroundings, *, interval: timedelta) -> str:
    """Return the gateway's TOML for a site whose devices answer on a loopback port."""
    profiles = site.profiles
    devices = "\n".join(
        f'[[line.device]]\nid = "{device}"\nprofile = "{profiles[device]}"\nunit = {unit}\n'
        for device, unit in site.units.items()
    )
    return f"""\
gateway = "{site.gateway}"
home = "{around.home.resolve()}"
interval_s = {interval // timedelta(seconds=1)}

[broker]
{_broker_table(around.broker)}
[clock]
follow = "127.0.0.1:{around.clock_port}"

[[line]]
url = "modbus+tcp://127.0.0.1:{around.line_port}"
{devices}"""


def _broker_table(broker: BrokerAddress) -> str:
    """Return where the broker is and whom to trust about it; the password is no part of a file."""
    told = {
        "url": f"{'mqtts' if broker.tls else 'mqtt'}://{broker.host}:{broker.port}",
        "protocol": {3: "3.1.1", 4: "3.1.1", 5: "5"}[broker.version],
    }
    if broker.tls and broker.tls.ca:
        told["ca_file"] = str(broker.tls.ca.resolve())
    return "".join(f'{key} = "{value}"\n' for key, value in told.items())
