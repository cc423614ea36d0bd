"""Devices of one class in one zone side by side, as fault rules look at them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from analytics.faults.rules import Rule
from analytics.night import Pole
from analytics.uptime.base import ALL_NIGHT, asked_at
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, instant
from ingest.registry.model import Device, GridConnection, Zone
from ingest.registry.registry import Registry

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]
Instants = npt.NDArray[np.int64]

_GRAIN: Final = 1  # decimals of a degree: neighbors share a sun to within 24 s
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where devices stand, to the grain at which they share a sun. [deg]"""

    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fleet:
    """Devices of one class, by id; every array has one entry a device."""

    device_class: DeviceClass
    timezone: str  # IANA name
    names: tuple[DeviceId, ...]
    gateways: tuple[str, ...]
    profiles: tuple[str, ...]
    schedules: tuple[str, ...]
    rated_w: Floats  # NaN where not known
    interval_s: Floats
    on_grid: Flags
    places: tuple[Place, ...]  # those there are
    place: Indices  # which of them a device stands at

    def __len__(self) -> int:
        return len(self.names)

    def number(self, rule: Rule, name: str) -> Floats:
        """Return a rule's number for each device."""
        of: dict[str, float] = {
            profile: rule.numbers(self.device_class, profile)[name]
            for profile in dict.fromkeys(self.profiles)
        }
        return np.array([of[profile] for profile in self.profiles], np.float64)

    def required(self, device: Indices, at: Instants, guard_us: int) -> Flags:
        """Tell of rows whether light is required of the lamp, off both ends by a guard."""
        result = np.zeros(len(at), np.bool_)
        if not len(at):
            return result
        span = Period(int(at.min()), int(at.max()) + 1)
        for kind, members in self._by_schedule.items():
            starts, ends = _nights(self.places[kind[0]], kind[1], self.timezone, span)
            rows = np.flatnonzero(members[device])
            night = np.searchsorted(starts, at[rows], side="right") - 1
            inside = at[rows] - starts[night] >= guard_us
            result[rows] = (night >= 0) & inside & (ends[night] - at[rows] > guard_us)
        return result

    @property
    def _by_schedule(self) -> Mapping[tuple[int, str], Flags]:
        groups: dict[tuple[int, str], Flags] = {}
        for number, key in enumerate(zip(self.place.tolist(), self.schedules, strict=True)):
            groups.setdefault(key, np.zeros(len(self), np.bool_))[number] = True
        return groups


def _nights(place: Place, schedule: str, timezone: str, span: Period) -> tuple[Instants, Instants]:
    """Return when the nights that touch a span begin and end, of an hour's schedule at a place."""
    zone = ZoneInfo(timezone)
    first = instant(span.start).astimezone(zone).date() - _DAY
    last = instant(span.end).astimezone(zone).date() + _DAY
    return _asked(place, schedule or ALL_NIGHT, timezone, first.toordinal(), last.toordinal())


@lru_cache(maxsize=512)
def _asked(
    place: Place, schedule: str, timezone: str, first: int, last: int
) -> tuple[Instants, Instants]:
    from datetime import date  # noqa: PLC0415
    from decimal import Decimal  # noqa: PLC0415

    pole = Pole.at(Decimal(str(place.latitude)), Decimal(str(place.longitude)), timezone)
    spans = asked_at(
        DeviceClass.STREETLIGHT, pole, schedule, date.fromordinal(first), date.fromordinal(last)
    )
    return (
        np.array([span.start for span in spans], np.int64),
        np.array([span.end for span in spans], np.int64),
    )


def fleet_of(
    registry: Registry, zone: Zone, device_class: DeviceClass, devices: Sequence[Device]
) -> Fleet:
    """Return the fleet of some devices of a zone and class."""
    own = sorted(devices, key=lambda each: each.id)
    where = [_place(registry, device) for device in own]
    places = tuple(dict.fromkeys(where))
    rated = [np.nan if d.rated_power_w is None else float(d.rated_power_w) for d in own]
    return Fleet(
        device_class=device_class,
        timezone=zone.timezone,
        names=tuple(device.id for device in own),
        gateways=tuple(device.gateway for device in own),
        profiles=tuple(device.profile for device in own),
        schedules=tuple(device.schedule for device in own),
        rated_w=np.array(rated, np.float64),
        interval_s=np.array([device.interval_s for device in own], np.float64),
        on_grid=np.array([d.grid_connection is not GridConnection.OFF for d in own], np.bool_),
        places=places,
        place=np.array([places.index(each) for each in where], np.int64),
    )


def _place(registry: Registry, device: Device) -> Place:
    latitude, longitude = registry.position_of(device)
    return Place(latitude=round(float(latitude), _GRAIN), longitude=round(float(longitude), _GRAIN))
