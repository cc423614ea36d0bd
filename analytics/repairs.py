"""What repairing the devices that fail now is worth a day, the most valuable first.

A device fails that did less than half of what was asked of it on the last whole day, or whose panel
or battery needs a look; each is held against the healthy ones of its class.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from analytics.avoided import Emissions
from analytics.repairvalue import RepairValue, repair_value
from analytics.result import ZoneResult
from analytics.thresholds import threshold
from analytics.uptime.fleet import Fleet
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A device that fails, and what it is worth to mend it."""

    device: Device
    value: RepairValue


def repairs(result: ZoneResult, ailing: Collection[DeviceId] = ()) -> list[Repair]:
    """Return the devices of a zone that fail, by what they would give a day.

    Args:
        result: The zone's last days.
        ailing: Devices known to need a look besides those that are down.
    """
    faulty = {*ailing, *(each for fleet in result.fleets.values() for each in _down(fleet))}
    found = [
        Repair(device=device, value=_worth(result, device, faulty))
        for device in result.devices
        if device.id in faulty
    ]
    return sorted(found, key=_order)


def _down(fleet: Fleet) -> Iterator[DeviceId]:
    """Yield the devices that did less than half of what was asked on the last whole day."""
    grid, column = fleet.grid, -1 if fleet.last_is_whole else -2
    if len(grid.days) < -column:
        return
    asked = grid.due[:, column] - grid.excluded[:, column]
    done = grid.up[:, column] + grid.proven[:, column]
    for row in np.flatnonzero((asked > 0) & (done < threshold("repair_half") * asked)).tolist():
        yield grid.devices[row].id


def _worth(result: ZoneResult, device: Device, faulty: Collection[DeviceId]) -> RepairValue:
    figure = _figure_of(result.emissions, device)
    return repair_value(figure, faulty=faulty, required_s=_required_s(result, device))


def _figure_of(figures: Iterable[Emissions], device: Device) -> Emissions | None:
    own = [each for each in figures if each.device_class is device.device_class]
    applying = [each for each in own if each.method.applies(device)]
    return next(iter(applying or own), None)


def _required_s(result: ZoneResult, device: Device) -> int | None:
    """Return how long light is asked of a lamp in the last whole night. [s]"""
    fleet = result.fleets.get(DeviceClass.STREETLIGHT)
    if device.device_class is not DeviceClass.STREETLIGHT or fleet is None:
        return None
    column = -1 if fleet.last_is_whole else -2
    names: Sequence[DeviceId] = [each.id for each in fleet.grid.devices]
    if len(fleet.grid.days) < -column or device.id not in names:
        return None
    return int(fleet.grid.due[names.index(device.id), column])


def _order(repair: Repair) -> tuple[Decimal, Decimal, str]:
    value = repair.value
    return (
        -(value.kg_a_day or Decimal(0)),
        -(value.light_hours_a_day or Decimal(0)),
        repair.device.id,
    )
