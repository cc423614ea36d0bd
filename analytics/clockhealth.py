"""Which devices' clocks disagree with the sun: told to people, and never put right by itself."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from analytics.clocks import ClockFinding, Witness, judged_by_sun, suns
from analytics.daytable import DayTable
from analytics.night import Pole
from analytics.uptime.base import PV
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, Zone
from ingest.registry.registry import Registry
from ingest.registry.schedule import Schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSuspect:
    """A device whose clock seems to be off, and the offset somebody stated for it."""

    device: DeviceId
    finding: ClockFinding
    stated_offset_s: int


def suspected(
    registry: Registry,
    zone: Zone,
    devices: Iterable[Device],
    *,
    pv: DayTable,
    lamps: DayTable,
) -> Iterator[ClockSuspect]:
    """Yield the devices whose noons or dusks come whole half hours away from the sun's.

    Args:
        registry: Where the devices stand.
        zone: Their zone.
        devices: Whose clocks are judged.
        pv: PV days.
        lamps: Battery days.
    """
    noons, dusks = _by_device(pv, "middle_at"), _by_device(lamps, "lit_from")
    for device in devices:
        witness, seen = Witness.PV_NOON, noons.get(device.id, {})
        if device.device_class is DeviceClass.STREETLIGHT:
            witness, seen = Witness.LAMP_DUSK, dusks.get(device.id, {})
        if not seen or not _is_by_sun(device):
            continue
        late_s = _late_s(Pole.at(*registry.position_of(device), zone.timezone), seen, witness)
        finding = judged_by_sun(late_s, witness)
        if finding is not None and finding.suspected_offset_s:
            yield ClockSuspect(
                device=device.id, finding=finding, stated_offset_s=device.clock_offset_s
            )


def _is_by_sun(device: Device) -> bool:
    """Tell whether the sun decides on a device's day: of a lamp its schedule says so."""
    if device.device_class is DeviceClass.STREETLIGHT:
        return Schedule.parse(device.schedule).start is None
    return device.device_class in PV


def _late_s(pole: Pole, seen: Mapping[date, int], witness: Witness) -> list[int]:
    by_day = suns(pole, min(seen), max(seen))
    return [
        round((at - (sun.noon if witness is Witness.PV_NOON else sun.sunset)) / 1e6)
        for day, at in sorted(seen.items())
        for sun in (by_day[day],)
    ]


def _by_device(facts: DayTable, column: str) -> dict[DeviceId, dict[date, int]]:
    told = facts.where(facts.known(column))
    return {
        device: {
            date.fromordinal(day): at
            for day, at in zip(own.day.tolist(), own[column].tolist(), strict=True)
        }
        for device, own in told.apart()
    }
