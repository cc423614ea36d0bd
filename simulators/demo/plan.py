"""The demo's plan: worlds for the sites of its registry, from their beginning until now."""

from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ingest.home import Home
from ingest.registry.model import Device
from ingest.registry.registry import Registry
from simulators.causes import demo_causes
from simulators.chain.devices import Played
from simulators.chain.home import ZONES, Memory, recall
from simulators.chain.run import Plan
from simulators.chain.site import FieldSite, field_sites
from simulators.world.model import SimulatedDevice, SimulatedZone
from simulators.world.zone import World

FILES: Final = ZONES / "registry"
_STEP: Final = timedelta(minutes=5)
_DAY: Final = timedelta(days=1)


def demo_plan(home: Home, registry: Registry, *, days: int, seed: int, now: datetime) -> Plan:
    """Return N days up to now; where the home has a demo already, what is missing up to now."""
    of = f"a demo of seed {seed}"
    until = now - (now - datetime.min.replace(tzinfo=UTC)) % _STEP
    start = until - timedelta(days=days)
    memory = recall(home, of) or Memory(of=of, began=start, until=start)
    return Plan(
        memory=memory,
        until=until,
        played=tuple(
            Played(site=site, play=_world(registry, site, seed, began=memory.began, until=until))
            for site in field_sites(registry)
        ),
    )


def _world(
    registry: Registry, site: FieldSite, seed: int, *, began: datetime, until: datetime
) -> World:
    zone = _simulated_zone(registry, site, began)
    days = max(1, -(-(until - began) // _DAY))
    causes = demo_causes(zone, seed=seed, start=began, days=days)
    return World(zone, seed=seed, start=began, step=_STEP, causes=causes)


def _simulated_zone(registry: Registry, site: FieldSite, at: datetime) -> SimulatedZone:
    zone = site.zone
    return SimulatedZone(
        id=zone.id,
        latitude=float(zone.latitude),
        longitude=float(zone.longitude),
        utc_offset=at.astimezone(ZoneInfo(zone.timezone)).utcoffset() or timedelta(0),
        devices=tuple(_simulated_device(registry, device) for device in site.devices),
    )


def _simulated_device(registry: Registry, device: Device) -> SimulatedDevice:
    latitude, longitude = registry.position_of(device)
    return SimulatedDevice(
        id=device.id,
        device_class=device.device_class,
        rated_power_w=float(device.rated_power_w or 0),
        latitude=float(latitude),
        longitude=float(longitude),
        schedule=device.schedule,
        feeds=device.feeds,
    )
