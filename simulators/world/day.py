"""One local day of a zone: sun, clouds and air once, then every kind of device."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from ingest.contract.identity import DeviceId
from simulators.world.air import Weather, air_values, temperature
from simulators.world.arrays import Flags, Floats, Micros
from simulators.world.battery import BatteryState, Flow, flow
from simulators.world.cloud import clear_sky_index, local_index
from simulators.world.conditions import Conditions
from simulators.world.counter import accumulate
from simulators.world.inverter import inverter_values
from simulators.world.lamp import (
    BATTERY_HOURS,
    PANEL_PER_LAMP_WATT,
    light_wanted,
    streetlight_values,
)
from simulators.world.model import (
    CHARGERS,
    INVERTERS,
    LAMPS,
    STATIONS,
    VEHICLES,
    SimulatedDevice,
    SimulatedZone,
    ZoneState,
)
from simulators.world.noise import generator, wander
from simulators.world.panel import clear_sky, panel_power, plane_of_array, toward_equator
from simulators.world.resolution import hold_counter
from simulators.world.sun import SunPosition, sun_position
from simulators.world.vehicle import charger_values, traveled, vehicle_day, vehicle_values

_PHASES: Final = 3
_VOLTS: Final = 230.0
_HERTZ: Final = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Devices of one kind and their values by metric, shape (devices, steps); NaN where none."""

    devices: tuple[DeviceId, ...]
    values: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sky:
    """What the sky over a zone does on one local day."""

    seed: int
    day: date
    instants: Micros  # of the steps
    hours: Floats  # local, of the steps
    index: Floats  # irradiance over clear-sky irradiance
    temperature: Floats  # [Cel]

    @property
    def step_s(self) -> float:
        """Length of a step [s]."""
        return float(self.instants[1] - self.instants[0]) / 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class _Light:
    """Sun, light and warmth where devices stand, shape (devices, steps)."""

    sun: SunPosition
    irradiance: Floats  # on panels. [W/m2]
    temperature: Floats  # of the air. [Cel]


def sky_over(zone: SimulatedZone, *, seed: int, day: date, instants: Micros) -> Sky:
    """Return the sky of the local day whose steps are given."""
    steps = instants.size
    hours = np.arange(steps, dtype=np.float64) * (24.0 / steps)
    index = clear_sky_index(seed, zone.id, day, steps)
    warmth = temperature(seed, zone.id, day, hours, latitude=zone.latitude, index=index)
    return Sky(seed=seed, day=day, instants=instants, hours=hours, index=index, temperature=warmth)


def simulate_day(
    zone: SimulatedZone, sky: Sky, state: ZoneState, ailing: Mapping[str, Conditions]
) -> tuple[tuple[Group, ...], ZoneState]:
    """Return what a zone's devices do under a sky, and how the day leaves them.

    Args:
        zone: The zone.
        sky: Its day.
        state: How the day finds its devices.
        ailing: Conditions of "lamps" and "inverters", each in the zone's order of its kind.
    """
    lamps, state = _lamps(zone.of(LAMPS), sky, state, ailing["lamps"])
    inverters, state = _inverters(zone, sky, state, ailing["inverters"])
    *vehicles, state = _vehicles(zone, sky, state)
    groups = (lamps, inverters, _stations(zone, sky), *vehicles)
    return tuple(group for group in groups if group.devices), state


def _light(devices: tuple[SimulatedDevice, ...], sky: Sky) -> _Light:
    latitude = np.array([[device.latitude] for device in devices])
    longitude = np.array([[device.longitude] for device in devices])
    sun = sun_position(sky.instants[None, :], latitude=latitude, longitude=longitude)
    cloud = np.stack([local_index(sky.index, sky.seed, d.id, sky.day) for d in devices])
    horizontal = clear_sky(sun.elevation) * cloud
    mounting = toward_equator(devices[0].latitude)
    shade = np.array([[generator(sky.seed, d.id, "shade").normal(0.0, 0.4)] for d in devices])
    return _Light(
        sun=sun,
        irradiance=plane_of_array(horizontal, sun, mounting),
        temperature=sky.temperature + shade,
    )


def _lamps(
    devices: tuple[SimulatedDevice, ...], sky: Sky, state: ZoneState, conditions: Conditions
) -> tuple[Group, ZoneState]:
    if not devices:
        return Group(devices=(), values={}), state
    light = _light(devices, sky)
    wanted = _light_wanted(devices, sky, light)
    flows, batteries = _lamp_flow(devices, sky, state, conditions, light, wanted)
    values = streetlight_values(
        flows,
        irradiance=light.irradiance,
        air_temperature=light.temperature,
        wanted=wanted,
        dark=conditions.lamp_dark,
    )
    restarts, step_s = conditions.counter_restarts, sky.step_s
    made, made_after = accumulate(
        state.lamp_generated_wh, flows.panel_power, restarts, step_s=step_s
    )
    used, used_after = accumulate(state.lamp_used_wh, flows.load_power, restarts, step_s=step_s)
    counters = {"energy_generated": hold_counter(made), "energy_used": hold_counter(used)}
    after = replace(
        state, batteries=batteries, lamp_generated_wh=made_after, lamp_used_wh=used_after
    )
    return Group(devices=_ids(devices), values={**values, **counters}), after


def _lamp_flow(
    devices: tuple[SimulatedDevice, ...],
    sky: Sky,
    state: ZoneState,
    conditions: Conditions,
    light: _Light,
    wanted: Flags,
) -> tuple[Flow, BatteryState]:
    """Follow the lamps' batteries through the day."""
    rated = np.array([[device.rated_power_w] for device in devices])
    panels = rated * PANEL_PER_LAMP_WATT * conditions.panel_share
    return flow(
        state.batteries,
        available_w=panel_power(light.irradiance, light.temperature, panels),
        wanted_w=_lamp_power(devices, sky) * wanted,
        passes=~conditions.lamp_dark,
        capacity_wh=rated * BATTERY_HOURS * conditions.battery_share,
        step_s=sky.step_s,
    )


def _light_wanted(devices: tuple[SimulatedDevice, ...], sky: Sky, light: _Light) -> Flags:
    elevations = light.sun.elevation
    return np.stack(
        [
            light_wanted(device.schedule, elevation, sky.hours)
            for device, elevation in zip(devices, elevations, strict=True)
        ]
    )


def _lamp_power(devices: tuple[SimulatedDevice, ...], sky: Sky) -> Floats:
    """Return what each lamp takes at full brightness: its own rating, a little restless [W]."""
    return np.stack(
        [
            device.rated_power_w * generator(sky.seed, device.id, "lamp").uniform(0.98, 1.02)
            + 0.4 * generator(sky.seed, device.id, "lamp", sky.day).standard_normal(sky.hours.size)
            for device in devices
        ]
    )


def _inverters(
    zone: SimulatedZone, sky: Sky, state: ZoneState, conditions: Conditions
) -> tuple[Group, ZoneState]:
    devices = zone.of(INVERTERS)
    if not devices:
        return Group(devices=(), values={}), state
    light = _light(devices, sky)
    rated = np.array([[device.rated_power_w] for device in devices])
    panels = rated * conditions.panel_share
    voltage, frequency = _grid(zone, sky, devices)
    values = inverter_values(
        panel_power(light.irradiance, light.temperature, panels),
        rated_w=rated,
        air_temperature=light.temperature,
        grid_voltage=voltage,
        grid_frequency=frequency,
    )
    made, made_next = accumulate(
        state.inverter_generated_wh,
        values["active_power"],
        conditions.counter_restarts,
        step_s=sky.step_s,
    )
    counters = {"energy_generated": _sunspec_counter(made)}
    after = replace(state, inverter_generated_wh=made_next)
    return Group(devices=_ids(devices), values={**values, **counters}), after


def _sunspec_counter(watt_hours: Floats) -> Floats:
    """Return a counter as SunSpec has it: an accumulator of 0 means that there is none."""
    held = hold_counter(watt_hours)
    return np.where(held > 0.0, held, np.nan)


def _grid(
    zone: SimulatedZone, sky: Sky, devices: tuple[SimulatedDevice, ...]
) -> tuple[Floats, Floats]:
    """Return the grid's phase voltages and its frequency where inverters feed in [V, Hz]."""
    steps = sky.hours.size
    chance = generator(sky.seed, zone.id, "grid", sky.day)
    shared = 2.5 * wander(chance, steps, memory=0.9)
    own = np.stack(
        [
            0.8 * generator(sky.seed, d.id, "grid", sky.day).standard_normal((_PHASES, steps))
            for d in devices
        ],
        axis=1,
    )
    frequency = _HERTZ + 0.03 * wander(chance, steps, memory=0.7)
    return _VOLTS + shared + own, np.broadcast_to(frequency, own.shape[1:])


def _stations(zone: SimulatedZone, sky: Sky) -> Group:
    devices = zone.of(STATIONS)
    if not devices:
        return Group(devices=(), values={})
    sun = sun_position(
        sky.instants, latitude=np.array(zone.latitude), longitude=np.array(zone.longitude)
    )
    weather = Weather(
        hours=sky.hours,
        temperature=sky.temperature,
        sunshine=clear_sky(sun.elevation) * sky.index,
    )
    told = [air_values(sky.seed, zone.id, device.id, sky.day, weather) for device in devices]
    return _group(devices, told)


def _vehicles(zone: SimulatedZone, sky: Sky, state: ZoneState) -> tuple[Group, Group, ZoneState]:
    """Return vehicles, their chargers, and where their counters stand afterwards."""
    vehicles, chargers = zone.of(VEHICLES), zone.of(CHARGERS)
    days = {each.id: vehicle_day(sky.seed, each.id, sky.day, sky.hours) for each in vehicles}
    fed = [days[each.feeds] for each in chargers if each.feeds is not None]
    told = [
        vehicle_values(days[each.id], odometer_m=driven, charged_wh=charged)
        for each, driven, charged in zip(
            vehicles, state.driven_m.tolist(), state.charged_wh.tolist(), strict=True
        )
    ]
    given = [
        charger_values(day, delivered_wh=delivered)
        for day, delivered in zip(fed, state.delivered_wh.tolist(), strict=True)
    ]
    added = [traveled(day, 24.0 / sky.hours.size) for day in days.values()]
    through = [traveled(day, 24.0 / sky.hours.size) for day in fed]
    after = replace(
        state,
        driven_m=state.driven_m + np.array([each.meters for each in added]),
        charged_wh=state.charged_wh + np.array([each.charged_wh for each in added]),
        delivered_wh=state.delivered_wh + np.array([each.delivered_wh for each in through]),
    )
    return _group(vehicles, told), _group(chargers, given), after


def _group(devices: tuple[SimulatedDevice, ...], told: Sequence[Mapping[str, Floats]]) -> Group:
    values = {name: np.stack([one[name] for one in told]) for name in told[0]} if told else {}
    return Group(devices=_ids(devices), values=values)


def _ids(devices: tuple[SimulatedDevice, ...]) -> tuple[DeviceId, ...]:
    return tuple(device.id for device in devices)
