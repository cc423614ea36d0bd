"""Device-days of the simulated zone, straight from its columns, as far as they had come."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, TypeVar, cast

import numpy as np

from analytics.air.days import POLLUTANTS, AirDay
from analytics.lighting.battery import BatteryDay
from analytics.pv.days import PvDay
from analytics.pv.signs import is_flat
from analytics.quality.checks import checked
from analytics.uptime.days import UptimeDay
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.contract.quality import Quality
from ingest.registry.model import Device
from simulators.faults.field import FieldDay
from simulators.world.arrays import Flags, Floats, Micros

_STEP_S: Final = 300
_HOUR: Final = 12  # steps
_ENOUGH: Final = 9
_MWH: Final = _STEP_S / 3.6
_OF_A_NIGHT: Final = ("battery_soc", "battery_voltage", "load_power", "pv_power")


Halved = TypeVar("Halved", Floats, Micros)


def joined(first: FieldDay, second: FieldDay) -> FieldDay:
    """Return the day from noon to noon that two days share."""
    half = first.at.size // 2

    def both(before: Halved, after: Halved) -> Halved:
        half_each = (before[..., half:], after[..., :half])
        return cast("Halved", np.concatenate(half_each, axis=-1))

    return FieldDay(
        devices=first.devices,
        at=both(first.at, second.at),
        told_at=both(first.told_at, second.told_at),
        values={name: both(first.values[name], second.values[name]) for name in _OF_A_NIGHT},
        received_at=both(first.received_at, second.received_at),
    )


def _come(day: FieldDay, by: int) -> Flags:
    return np.asarray(day.received_at <= by, np.bool_)


def lamp_facts(
    day: FieldDay, on: date, asked: Sequence[Period], by: int
) -> tuple[list[UptimeDay], list[BatteryDay]]:
    """Return what is known of lamps' night by an instant of our clock."""
    come = _come(day, by)
    values = day.values
    power = values["load_power"]
    inside = np.stack([(day.at >= span.start) & (day.at < span.end) for span in asked])
    up = _STEP_S * (come & inside & (power > 0)).sum(axis=1)
    down = _STEP_S * (come & inside & (power == 0)).sum(axis=1)
    heard = np.asarray(come.any(axis=1), np.bool_)
    charged, served = (
        np.rint(_MWH * np.where(come, values[name], 0.0).sum(axis=1)).astype(np.int64)
        for name in ("pv_power", "load_power")
    )
    soc = np.where(come, values["battery_soc"], np.nan)
    volts = np.where(come, values["battery_voltage"], np.nan)
    uptime = [
        _uptime(device, on, DeviceClass.STREETLIGHT, span, int(up[place]), int(down[place]))
        for place, (device, span) in enumerate(zip(day.devices, asked, strict=True))
        if heard[place]
    ]
    batteries = [
        BatteryDay(
            device=day.devices[place].id,
            day=on,
            charged_mwh=int(charged[place]),
            served_mwh=int(served[place]),
            lowest_permille=round(10 * float(np.nanmin(soc[place]))),
            highest_permille=round(10 * float(np.nanmax(soc[place]))),
            lowest_mv=round(1_000 * float(np.nanmin(volts[place]))),
            highest_mv=round(1_000 * float(np.nanmax(volts[place]))),
        )
        for place in np.flatnonzero(heard).tolist()
    ]
    return uptime, batteries


def set_facts(
    day: FieldDay, on: date, asked: Sequence[Period], by: int
) -> tuple[list[UptimeDay], list[PvDay]]:
    """Return what is known of PV sets' day by an instant of our clock."""
    come = _come(day, by)
    power, counter = day.values["active_power"], day.values["energy_generated"]
    uptime: list[UptimeDay] = []
    facts: list[PvDay] = []
    for place, (device, span) in enumerate(zip(day.devices, asked, strict=True)):
        own = come[place]
        if not own.any():
            continue
        inside = own & (day.at >= span.start) & (day.at < span.end)
        up, down = ((power[place][inside] > 0), (power[place][inside] == 0))
        read = counter[place][own & ~np.isnan(counter[place])]
        steps = np.diff(read)
        fact = _uptime(
            device,
            on,
            device.device_class,
            span,
            _STEP_S * int(up.sum()),
            _STEP_S * int(down.sum()),
        )
        uptime.append(
            _with_energy(fact, float(steps[steps > 0].sum()) * 1e6, float(power[place][own].sum()))
        )
        facts.append(
            PvDay(
                device=device.id,
                day=on,
                highest_w=round(float(power[place][own].max())),
                flat_hours=_flat_hours(power[place], own),
                irradiation_wh_m2=None,
            )
        )
    return uptime, facts


def _flat_hours(power: Floats, come: Flags) -> int:
    hours = power.reshape(-1, _HOUR)
    whole = come.reshape(-1, _HOUR).all(axis=1)
    return sum(
        bool(is_flat(low, high))
        for low, high in zip(hours[whole].min(axis=1), hours[whole].max(axis=1), strict=True)
    )


def air_facts(day: FieldDay, on: date, by: int) -> Iterator[AirDay]:
    """Yield what is known of stations' day by an instant of our clock."""
    come = _come(day, by)
    there = day.measured
    block = checked(day.block(DeviceClass.AIR_STATION)[0])
    for pollutant in POLLUTANTS:
        flags = block.flags[pollutant]
        usable = np.zeros(there.shape, np.bool_)
        usable[there] = (flags == Quality.GOOD) | (flags == Quality.UNCHECKED)
        values = np.where(come & usable, day.values[pollutant], np.nan)
        hours = values.reshape(len(day.devices), -1, _HOUR)
        count = (~np.isnan(hours)).sum(axis=2)
        mean = np.nansum(hours, axis=2) / np.maximum(count, 1)
        for place, device in enumerate(day.devices):
            yield AirDay(
                device=device.id,
                day=on,
                pollutant=pollutant,
                hours=tuple(
                    round(each * 1e6) if enough else None
                    for each, enough in zip(
                        mean[place].tolist(), (count[place] >= _ENOUGH).tolist(), strict=True
                    )
                ),
            )


def _uptime(
    device: Device, on: date, device_class: DeviceClass, span: Period, up: int, down: int
) -> UptimeDay:
    return UptimeDay(
        device=device.id,
        day=on,
        device_class=device_class,
        base_s=round(span.seconds),
        up_s=up,
        down_s=down,
        excluded_s=0,
        known_down_s=down,
        counter_mwh=None,
        gauge_mwh=None,
        tail_s=0,
    )


def _with_energy(fact: UptimeDay, counter_mwh: float, watts: float) -> UptimeDay:
    return replace(fact, counter_mwh=round(counter_mwh), gauge_mwh=round(watts * _MWH))
