"""What a simulated zone is made of, and where its devices stand between two days."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import numpy as np

from ingest.contract.identity import DeviceId, ZoneId
from ingest.contract.metric import DeviceClass
from simulators.world.arrays import Floats
from simulators.world.battery import BatteryState
from simulators.world.noise import generator

LAMPS = frozenset({DeviceClass.STREETLIGHT})
INVERTERS = frozenset({DeviceClass.HOUSEHOLD_PV, DeviceClass.SCHOOL_PV})
STATIONS = frozenset({DeviceClass.AIR_STATION})
VEHICLES = frozenset({DeviceClass.BUS})
CHARGERS = frozenset({DeviceClass.CHARGER})


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedDevice:
    """A device with the facts that its model needs."""

    id: DeviceId
    device_class: DeviceClass
    rated_power_w: float  # a lamp's load, a PV set's P0; 0 where neither applies
    latitude: float  # [deg] north
    longitude: float  # [deg] east
    schedule: str = "sunset..sunrise"  # of a lamp, as in the registry
    feeds: DeviceId | None = None  # the vehicle that a charger is wired to


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedZone:
    """A zone, where it lies, and its devices."""

    id: ZoneId
    latitude: float  # [deg] north
    longitude: float  # [deg] east
    utc_offset: timedelta  # of local time, the same all year
    devices: tuple[SimulatedDevice, ...]

    def __post_init__(self) -> None:
        for device in self.devices:
            if device.device_class not in LAMPS | INVERTERS | STATIONS | VEHICLES | CHARGERS:
                raise ValueError(f"{device.id}: no model of a {device.device_class}")
        vehicles = {device.id for device in self.of(VEHICLES)}
        for charger in self.of(CHARGERS):
            if charger.feeds not in vehicles:
                raise ValueError(f"{charger.id}: expected a vehicle of the zone that it feeds")

    def of(self, classes: frozenset[DeviceClass]) -> tuple[SimulatedDevice, ...]:
        """Return the devices of some classes, in order."""
        return tuple(device for device in self.devices if device.device_class in classes)

    def local_midnight(self, moment: datetime) -> datetime:
        """Return the local midnight at or before an aware instant, in UTC."""
        local = moment.astimezone(UTC) + self.utc_offset
        return datetime.combine(local.date(), time(0), tzinfo=UTC) - self.utc_offset


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneState:
    """What lasts from one local day to the next, in the order of the zone's devices of a kind."""

    batteries: BatteryState
    lamp_generated_wh: Floats
    lamp_used_wh: Floats
    inverter_generated_wh: Floats
    driven_m: Floats  # of vehicles
    charged_wh: Floats  # into vehicles
    delivered_wh: Floats  # by chargers


def first_state(zone: SimulatedZone, seed: int) -> ZoneState:
    """Return a zone whose devices have been at work for some months, each for its own time."""
    lamps, inverters = zone.of(LAMPS), zone.of(INVERTERS)
    vehicles = zone.of(VEHICLES)
    return ZoneState(
        batteries=BatteryState(
            charge=np.array([generator(seed, d.id, "charge").uniform(0.7, 0.9) for d in lamps]),
            cut_off=np.zeros(len(lamps), dtype=np.bool_),
        ),
        lamp_generated_wh=_past(lamps, seed, hours_a_day=14.0),
        lamp_used_wh=_past(lamps, seed, hours_a_day=12.0),
        inverter_generated_wh=_past(inverters, seed, hours_a_day=3.8),
        driven_m=_been_out(vehicles, seed, a_day=180_000.0),
        charged_wh=_been_out(vehicles, seed, a_day=180_000.0),
        delivered_wh=_been_out(zone.of(CHARGERS), seed, a_day=191_000.0),
    )


def _been_out(devices: tuple[SimulatedDevice, ...], seed: int, *, a_day: float) -> Floats:
    """Return counters after months in use."""
    days = [float(generator(seed, device.id, "age").integers(40, 400)) for device in devices]
    return np.array(days, dtype=np.float64) * a_day


def _past(devices: tuple[SimulatedDevice, ...], seed: int, *, hours_a_day: float) -> Floats:
    """Return energy counters after months at a daily number of hours at rated power [Wh]."""
    days = [generator(seed, device.id, "age").integers(40, 400) for device in devices]
    rated = [device.rated_power_w for device in devices]
    product = np.array(days, dtype=np.float64) * hours_a_day * np.array(rated, dtype=np.float64)
    return np.asarray(np.floor(product), dtype=np.float64)
