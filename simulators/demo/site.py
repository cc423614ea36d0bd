"""A demo's site as its gateway and its simulated devices know it, from the registry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.metric import DeviceClass
from ingest.mqtt import BrokerAddress
from ingest.registry.model import Device, Zone
from ingest.registry.registry import Registry
from simulators.world.model import SimulatedDevice, SimulatedZone

_NEVER_CONNECTED: Final = "-silent"  # handed over, and never heard of


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSite:
    """One gateway, the devices on its line with their addresses, and the world they live in."""

    gateway: GatewayId
    world: SimulatedZone
    units: Mapping[DeviceId, int]
    profiles: Mapping[DeviceId, str]


def demo_sites(registry: Registry, at: datetime) -> list[DemoSite]:
    """Return a site for every gateway of the registry."""
    return [_site(registry, gateway.id, at) for gateway in registry.gateways()]


def _site(registry: Registry, gateway: GatewayId, at: datetime) -> DemoSite:
    devices = [
        device
        for device in registry.devices_of_gateway(gateway)
        if device.device_class is not DeviceClass.GATEWAY
        and not device.id.endswith(_NEVER_CONNECTED)
    ]
    zone = registry.zone_of(devices[0])
    return DemoSite(
        gateway=gateway,
        world=_world(registry, zone, devices, at),
        units={device.id: number for number, device in enumerate(devices, start=1)},
        profiles={device.id: device.profile for device in devices},
    )


def _world(
    registry: Registry, zone: Zone, devices: Sequence[Device], at: datetime
) -> SimulatedZone:
    offset = at.astimezone(ZoneInfo(zone.timezone)).utcoffset() or timedelta(0)
    return SimulatedZone(
        id=zone.id,
        latitude=float(zone.latitude),
        longitude=float(zone.longitude),
        utc_offset=offset,
        devices=tuple(_simulated(registry, device) for device in devices),
    )


def _simulated(registry: Registry, device: Device) -> SimulatedDevice:
    latitude, longitude = registry.position_of(device)
    return SimulatedDevice(
        id=device.id,
        device_class=device.device_class,
        rated_power_w=float(device.rated_power_w or 0),
        latitude=float(latitude),
        longitude=float(longitude),
        schedule=device.schedule,
    )


def site_file(site: DemoSite, *, home: Path, broker: BrokerAddress, clock: int, line: int) -> str:
    """Return the gateway's TOML for a site whose devices answer on a loopback port."""
    protocol = {3: "3.1.1", 4: "3.1.1", 5: "5"}[broker.version]
    devices = "\n".join(
        f'[[line.device]]\nid = "{device}"\nprofile = "{site.profiles[device]}"\nunit = {unit}\n'
        for device, unit in site.units.items()
    )
    return f"""\
gateway = "{site.gateway}"
home = "{home.resolve()}"
interval_s = 300

[broker]
url = "mqtt://{broker.host}:{broker.port}"
protocol = "{protocol}"

[clock]
follow = "127.0.0.1:{clock}"

[[line]]
url = "modbus+tcp://127.0.0.1:{line}"
{devices}"""
