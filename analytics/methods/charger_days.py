"""Days of vehicles that only their charger tells of: what was charged counts all the same.

A vehicle whose odometer is silent earns nothing, but its charging is taken off.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np

from analytics.daytable import COLUMNS, MISSING, DayTable, Integers
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device

_DAY_BITS: Final = 24  # ordinals of days fit


def with_charger_days(
    device_class: DeviceClass,
    table: DayTable,
    everything: DayTable,
    devices: Mapping[str, Device],
) -> DayTable:
    """Return the vehicles' rows, and one for each further day on which a wired charger gave energy.

    Args:
        device_class: Of the vehicles.
        table: Their own rows.
        everything: All of the zone's rows, the chargers' among them.
        devices: All of the zone's devices, by id.
    """
    wired = {
        each.id: each.feeds
        for each in devices.values()
        if each.device_class is DeviceClass.CHARGER and _is_of(device_class, devices, each.feeds)
    }
    given = everything.of_devices(wired)
    given = given.where(given.known("energy_mwh"))
    if not len(given):
        return table
    table = table.where(table.known("distance_m") | table.known("energy_mwh"))
    names = sorted({*table.names, *(DeviceId(fed) for fed in wired.values() if fed)})
    place = {name: number for number, name in enumerate(names)}
    fed = [place[DeviceId(wired[name] or "")] if name in wired else -1 for name in given.names]
    own = np.array([place[name] for name in table.names], np.int64)[table.device]
    keys, which = np.unique(
        _keys(np.array(fed, np.int64)[given.device], given.day), return_inverse=True
    )
    energy = np.zeros(len(keys), np.int64)
    np.add.at(energy, which, given["energy_mwh"])
    fresh = ~np.isin(keys, _keys(own, table.day))
    return _with(table, names, own, keys[fresh], energy[fresh])


def _is_of(device_class: DeviceClass, devices: Mapping[str, Device], name: str | None) -> bool:
    fed = devices.get(name or "")
    return fed is not None and fed.device_class is device_class


def _with(
    table: DayTable, names: list[DeviceId], own: Integers, further: Integers, energy: Integers
) -> DayTable:
    """Add rows of which the device, the day and what it was charged with are known."""
    values = {"covered_s": np.zeros_like(energy), "energy_mwh": energy}
    nothing = np.full_like(energy, MISSING)
    columns = {name: np.append(table[name], values.get(name, nothing)) for name in COLUMNS}
    return DayTable.made(
        names,
        np.append(own, further >> _DAY_BITS),
        np.append(table.day, further & ((1 << _DAY_BITS) - 1)),
        columns,
    )


def _keys(device: Integers, day: Integers) -> Integers:
    return device << _DAY_BITS | day
