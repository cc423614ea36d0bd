"""A zone of 6,510 devices at noon: its gateways, the day they hold back, and what they say live.

As many pieces of each class as were announced for Cambodia, 20 at a gateway, 10 metrics each, every
5 minutes. Lamps burn by night and charge by day, so that what floods back is no fault of anybody.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

import numpy as np
import numpy.typing as npt

from gateway.wire import encode
from ingest.contract.chunk import Account, Chunk, Part, form_chunk
from ingest.contract.identity import BootId, DeviceId, GatewayId, SiteId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, instant
from ingest.contract.topic import Kind, Topic
from ingest.registry.model import (
    Basis,
    Device,
    Entry,
    Gateway,
    GridConnection,
    Provenance,
    Site,
    Zone,
)
from simulators.bench.field import Ready

STEP_US: Final = 300_000_000
PIECES: Final = {
    DeviceClass.STREETLIGHT: 4_300,
    DeviceClass.HOUSEHOLD_PV: 2_000,
    DeviceClass.SCHOOL_PV: 200,
    DeviceClass.AIR_STATION: 10,
}
_SERVED: Final = 20  # devices of a gateway
_TIMES: Final = HOUR_US // STEP_US  # in a chunk of the backlog
_RATED_W: Final = {DeviceClass.STREETLIGHT: 60, DeviceClass.HOUSEHOLD_PV: 3_000}
_BOOT: Final = BootId("bench-boot")
_NIGHT_H: Final = 6.2  # before and behind midnight, at the equator

Instants = npt.NDArray[np.int64]
Columns = Mapping[str, npt.NDArray[np.float64]]


@dataclass(slots=True, kw_only=True)
class Boot:
    """A gateway with the devices it serves, and the numbers it has assigned."""

    gateway: GatewayId
    zone: Zone
    device_class: DeviceClass
    devices: tuple[DeviceId, ...]
    head: int = 0
    days: dict[date, tuple[int, int]] = field(default_factory=dict)

    def chunk(self, said: Mapping[DeviceId, Columns], at: Instants, entered: datetime) -> Ready:
        """Number what devices said at some instants, and form the chunk that says it."""
        first, self.head = self.head + 1, self.head + len(said) * len(at)
        day = entered.date()
        self.days[day] = self.days.get(day, (first, 0))[0], self.head
        parts = [
            Part(
                device=device,
                number=range(first + place, self.head + 1, len(said)),
                measured_at=(at // 1_000).tolist(),
                values={name: values.round(2).tolist() for name, values in columns.items()},
            )
            for place, (device, columns) in enumerate(said.items())
        ]
        # What is held from the first on may still come: nothing is missing.
        account = Account(boot=_BOOT, head=self.head, low=1, days=self.days)
        formed = form_chunk(
            Chunk(account=account, sent_at=entered, held=(_BOOT,), parts=tuple(parts))
        )
        return Ready(
            topic=str(Topic(self.gateway, Kind.CHUNK)), payload=encode(formed), last=self.head
        )

    def backlog(self, hours: int, until: int, chance: np.random.Generator) -> Iterator[Ready]:
        """Yield the hours before an instant, a chunk each."""
        for hour in range(-hours, 0):
            start = until + hour * HOUR_US
            at = start + np.arange(_TIMES) * STEP_US
            yield self.chunk(self.usual(at, chance), at, instant(start + HOUR_US))

    def usual(self, at: Instants, chance: np.random.Generator) -> Mapping[DeviceId, Columns]:
        """Return what devices say at some instants while nothing is wrong."""
        return {device: usual(self.device_class, self.zone, at, chance) for device in self.devices}


def usual(
    device_class: DeviceClass, zone: Zone, at: Instants, chance: np.random.Generator
) -> dict[str, npt.NDArray[np.float64]]:
    """Return what one device says at some instants while nothing is wrong."""
    day, solar_h = np.divmod(at / HOUR_US + float(zone.longitude) / 15, 24)
    sun = np.maximum(np.sin((solar_h - 6) / 12 * np.pi), 0)
    noise = chance.uniform(0.97, 1.03, len(at))
    if device_class is DeviceClass.STREETLIGHT:
        return _lamp(sun, np.abs((solar_h + 12) % 24 - 12) < _NIGHT_H, noise)
    if device_class is DeviceClass.AIR_STATION:
        return {name: level * noise for name, level in _AIR.items()}
    generated_kwh = 12 * day + (solar_h - 6).clip(0, 12)
    return _set(_RATED_W[DeviceClass.HOUSEHOLD_PV] * 0.8 * sun * noise, generated_kwh, noise)


_AIR: Final = {
    "pm25": 18.0,
    "pm10": 31.0,
    "o3": 42.0,
    "no2": 14.0,
    "so2": 6.0,
    "co": 0.5,
    "temperature": 29.0,
    "humidity": 70.0,
    "pressure": 1_009.0,
    "wind_speed": 2.0,
}


def _lamp(
    sun: npt.NDArray[np.float64], lit: npt.NDArray[np.bool_], noise: npt.NDArray[np.float64]
) -> dict[str, npt.NDArray[np.float64]]:
    charge = 100 * sun * noise
    return {
        "load_power": 58 * lit * noise,
        "load_voltage": 25.6 * noise,
        "load_current": 2.3 * lit * noise,
        "brightness": np.where(lit, 100.0, 0.0),
        "pv_power": charge,
        "pv_voltage": 34 * noise,
        "pv_current": charge / 34,
        "battery_voltage": 25.9 * noise,
        "battery_soc": 75 * noise,
        "controller_temperature": 36 * noise,
    }


def _set(
    power_w: npt.NDArray[np.float64],
    generated_kwh: npt.NDArray[np.float64],
    noise: npt.NDArray[np.float64],
) -> dict[str, npt.NDArray[np.float64]]:
    return {
        "active_power": power_w,
        "energy_generated": generated_kwh,
        "voltage_l1": 230 * noise,
        "current": power_w / 230,
        "frequency": 49.5 + 0.5 * noise,
        "power_factor": 0.97 * noise,
        "dc_power": power_w * 1.03,
        "dc_voltage": 380 * noise,
        "dc_current": power_w / 370,
        "cabinet_temperature": 41 * noise,
    }


def zone_where_it_is(solar_h: int, now: datetime) -> Zone:
    """Return a zone on the equator where the sun says some hour."""
    longitude = ((solar_h - now.astimezone(UTC).hour) * 15 + 180) % 360 - 180
    return Zone(
        id=ZoneId(f"bench-{solar_h}h"),
        name=f"Bench, {solar_h} h",
        country="KH",
        grid="KH",
        timezone=f"Etc/GMT{-longitude // 15:+d}",  # signs are the other way round there
        latitude=Decimal(0),
        longitude=Decimal(longitude),
    )


def gateways_of(zone: Zone, share: int = 1) -> list[Boot]:
    """Return a zone's gateways with what they serve, or one in so many of each class."""
    found: list[Boot] = []
    for device_class, count in PIECES.items():
        names = [
            DeviceId(f"bench-{device_class}-{number:04}") for number in range(-(-count // share))
        ]
        for first in range(0, len(names), _SERVED):
            own = tuple(names[first : first + _SERVED])
            gateway = GatewayId(f"bench-gw-{len(found)}")
            found.append(Boot(gateway=gateway, zone=zone, device_class=device_class, devices=own))
    return found


def entries_of(boots: Sequence[Boot]) -> list[Entry]:
    """Return what the registry says of gateways, with a site and a zone each once."""
    zones = {boot.zone.id: boot.zone for boot in boots}
    sites = [
        Site(id=SiteId(f"{zone}-site"), zone=zone, name=zone, latitude=None, longitude=None)
        for zone in zones
    ]
    gateways = [
        Gateway(
            id=boot.gateway,
            site=SiteId(f"{boot.zone.id}-site"),
            provenance=Provenance.SIMULATED,
            sim=None,
        )
        for boot in boots
    ]
    devices = [_device(boot, device) for boot in boots for device in boot.devices]
    return [*zones.values(), *sites, *gateways, *devices]


def _device(boot: Boot, device: DeviceId) -> Device:
    lamp = boot.device_class is DeviceClass.STREETLIGHT
    rated = _RATED_W.get(boot.device_class, _RATED_W[DeviceClass.HOUSEHOLD_PV])
    return Device(
        id=device,
        gateway=boot.gateway,
        device_class=boot.device_class,
        profile="bench",
        painted_number=str(device),
        lot=None,
        latitude=None,
        longitude=None,
        interval_s=STEP_US // 1_000_000,
        rated_power_w=Decimal(rated),
        rated_power_basis=Basis.ASSUMED,
        accuracy_percent=Decimal(5),
        grid_connection=GridConnection.OFF if lamp else GridConnection.ON,
        schedule="sunset..sunrise" if lamp else "",
        handed_over=date(2025, 1, 1),
    )
