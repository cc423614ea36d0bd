"""A zone's devices of one class, and how they spent a window: what availability is computed from.

Pieces of a lot that nobody has registered are asked for what their class is, and are unknown.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np

from analytics.daytable import DayTable, Integers
from analytics.handover import HandedOver
from analytics.night import Pole
from analytics.uptime.base import (
    ALL_NIGHT,
    Place,
    Reach,
    Window,
    asked_of,
    due_at,
    place_of,
)
from analytics.uptime.days import PROOF as PROVING_COUNTER
from analytics.uptime.days import of_class
from analytics.uptime.grid import NOTHING, Grid, Seconds, Spent, grid
from analytics.windows import NORMAL, PROOF
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.registry.model import Device, Zone
from ingest.registry.registry import Registry

_DAY_US: Final = 86_400_000_000
_MWH_A_WATT_SECOND: Final = 1 / 3.6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fleet:
    """The devices of one class that were handed over in a zone, and how they spent a window."""

    grid: Grid
    unregistered: int  # pieces
    unregistered_due_s: int  # asked of all of them together
    last_is_whole: bool  # whether the last day has passed

    def spent(self) -> Spent:
        """Return how the devices spent the window, with the unregistered pieces."""
        unheard = replace(NOTHING, pieces=self.unregistered, due_s=self.unregistered_due_s)
        return self.grid.spent() + unheard


def fleets(
    registry: Registry,
    zone: Zone,
    equipment: HandedOver,
    facts: DayTable,
    window: Window,
    *,
    excused: Collection[date] = (),
) -> Mapping[DeviceClass, Fleet]:
    """Return a zone's fleets by device class.

    Args:
        registry: Who stands where.
        zone: Whose devices.
        equipment: What counts there.
        facts: Uptime days, also of the days around the window.
        window: As far as it has passed.
        excused: Nights that solar lamps are not designed for: dark then is down, and excluded.
    """
    devices: dict[DeviceClass, list[Device]] = {each: [] for each in equipment.unregistered}
    for device in equipment.devices:
        devices.setdefault(device.device_class, []).append(device)
    return {
        each: Fleet(
            grid=_grid(registry, zone, each, devices[each], facts, window.of(each)).excusing(
                excused if each is DeviceClass.STREETLIGHT else ()
            ),
            unregistered=equipment.unregistered.get(each, 0),
            unregistered_due_s=_unregistered_due(zone, each, equipment, window.of(each)),
            last_is_whole=_last_is_whole(registry, zone, devices[each], window.of(each)),
        )
        for each in sorted(devices)
    }


def _last_is_whole(registry: Registry, zone: Zone, devices: Sequence[Device], reach: Reach) -> bool:
    return all(
        asked_of(registry, zone, device, reach.days)[-1].end <= reach.span.end
        for device in devices[:1]
    )


def _unregistered_due(
    zone: Zone, device_class: DeviceClass, equipment: HandedOver, reach: Reach
) -> int:
    pieces = equipment.unregistered.get(device_class, 0)
    if not pieces:
        return 0
    middle = Pole.at(zone.latitude, zone.longitude, zone.timezone)
    return pieces * sum(due_at(device_class, middle, ALL_NIGHT, reach, reach))


def _grid(
    registry: Registry,
    zone: Zone,
    device_class: DeviceClass,
    devices: Sequence[Device],
    facts: DayTable,
    reach: Reach,
) -> Grid:
    """Return the grid of a reach; what lies around it is looked at for normals and for proof."""
    rows = np.flatnonzero(of_class(facts, device_class))
    places = [place_of(registry, zone, device) for device in devices]
    around = _around(facts.day[rows], reach) if device_class in PROVING_COUNTER else reach
    whole = grid(
        devices,
        around.days,
        due=_due(device_class, places, around, around),
        facts=facts,
        rows=rows,
        rated={each.id: rate for each in devices if (rate := _rate(each)) is not None},
    )
    return whole.of(reach.days, _due(device_class, places, reach, around))


def _around(days: Integers, reach: Reach) -> Reach:
    if not len(days):
        return reach
    first = max(date.fromordinal(int(days.min())), reach.first - NORMAL)
    last = min(date.fromordinal(int(days.max())), reach.last + PROOF)
    first, last = min(first, reach.first), max(last, reach.last)
    before, behind = (reach.first - first).days, (last - reach.last).days
    span = Period(reach.span.start - _DAY_US * before, reach.span.end + _DAY_US * behind)
    return Reach(span=span, first=first, last=last)


def _due(
    device_class: DeviceClass, places: Sequence[Place], reach: Reach, around: Reach
) -> Seconds:
    """Return the seconds asked of devices at some places, each place looked up once."""
    number: dict[Place, int] = {}
    row = [number.setdefault(place, len(number)) for place in places]
    due = [due_at(device_class, *place, reach, around) for place in number]
    return np.array(due, np.int64).reshape(len(number), len(reach.days))[row]


def _rate(device: Device) -> float | None:
    """Return a lamp's energy per second at its rated load. [mWh/s]"""
    if device.device_class is not DeviceClass.STREETLIGHT or device.rated_power_w is None:
        return None
    return float(device.rated_power_w) * _MWH_A_WATT_SECOND


def days_around(first: date | None, last: date | None) -> tuple[date | None, date | None]:
    """Return which days' facts a result of some days needs."""
    return (
        None if first is None else first - NORMAL,
        None if last is None else last + PROOF,
    )
