"""What a device is asked for: the time that availability is a share of.

A lamp is asked for light in its night (noon to noon, by the local date of sunset); a PV set for
power while the sun stands higher than 10° [assumed: 50-70 W/m² on the panel]; anything else for
data all day long.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from analytics.days import span_of
from analytics.night import Pole, required
from analytics.sun import high_sun
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.registry.model import Device, Zone
from ingest.registry.registry import Registry
from ingest.registry.schedule import Schedule

ALL_NIGHT: Final = "sunset..sunrise"  # what is required of a lamp that nobody has registered
PV: Final = frozenset({DeviceClass.HOUSEHOLD_PV, DeviceClass.SCHOOL_PV})
Place = tuple[Pole, str]
_GRAIN: Final = Decimal("0.1")  # deg: the sun is 24 s later that far west


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A span, and the device days from first to last, both included, that count in it."""

    span: Period
    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Every one of the days."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is looked at: a lamp's days run from noon to noon, every other device's by midnight."""

    by_night: Reach
    by_day: Reach

    def of(self, device_class: DeviceClass) -> Reach:
        """Return what counts for a device class."""
        return self.by_night if device_class is DeviceClass.STREETLIGHT else self.by_day

    def until(self, as_of: int) -> "Window":
        """Return the window as far as it has passed."""
        return Window(by_night=_cut(self.by_night, as_of), by_day=_cut(self.by_day, as_of))


def _cut(reach: Reach, as_of: int) -> Reach:
    end = max(reach.span.start, min(reach.span.end, as_of))
    return Reach(span=Period(reach.span.start, end), first=reach.first, last=reach.last)


def asked_of(registry: Registry, zone: Zone, device: Device, days: Sequence[date]) -> list[Period]:
    """Return when a device is asked for something on each of some days."""
    pole, schedule = place_of(registry, zone, device)
    return list(asked_at(device.device_class, pole, schedule, days[0], days[-1]))


def place_of(registry: Registry, zone: Zone, device: Device) -> Place:
    """Return where a device stands and by which schedule: what it is asked for depends on both."""
    return Pole.at(*registry.position_of(device), zone.timezone), device.schedule


def due_at(
    device_class: DeviceClass, pole: Pole, schedule: str, reach: Reach, around: Reach
) -> Sequence[int]:
    """Return the seconds asked for at a place on each day, as far as they lie in the span.

    The reach lies in the days `around` it, whose sun is looked up at once.
    """
    asked = asked_at(device_class, pole, schedule, around.first, around.last)
    before = (reach.first - around.first).days
    own = asked[before : before + len(reach.days)]
    return [overlap_s(span, reach.span) for span in own]


def asked_at(
    device_class: DeviceClass, pole: Pole, schedule: str, first: date, last: date
) -> Sequence[Period]:
    """Return when a device at a place is asked for something, on each day from first to last.

    It is known by the year, so that an end which moves on does not ask for all of the past anew.
    """
    place = _coarse(pole) if device_class in PV else pole
    years = range(first.year, last.year + 1)
    known = [span for year in years for span in _asked_in(device_class, place, schedule, year)]
    before = (first - date(first.year, 1, 1)).days
    return known[before : before + (last - first).days + 1]


@lru_cache(maxsize=4_096)
def _asked_in(device_class: DeviceClass, pole: Pole, schedule: str, year: int) -> Sequence[Period]:
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    zone = ZoneInfo(pole.timezone)
    if device_class is DeviceClass.STREETLIGHT:
        return list(required(Schedule.parse(schedule), pole, days).values())
    if device_class in PV:
        sun = high_sun(float(pole.latitude), float(pole.longitude), first, last, zone)
        return [Period.between(*day) for day in sun]
    return [span_of(day, zone, device_class) for day in days]


def _coarse(pole: Pole) -> Pole:
    return Pole(
        latitude=pole.latitude.quantize(_GRAIN),
        longitude=pole.longitude.quantize(_GRAIN),
        timezone=pole.timezone,
    )


def overlap_s(some: Period, other: Period) -> int:
    """Return how long two spans share. [s]"""
    return round(max(0, min(some.end, other.end) - max(some.start, other.start)) / 1e6)
