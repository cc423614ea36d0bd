"""Whether a device-day earns credit, and why not: rules over many rows at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from analytics.daytable import Integers, Mask
from analytics.methods.method import Method, Rows, most_mwh
from ingest.registry.model import Device

NOT_YET: Final = "before it was handed over"
IMPLAUSIBLE: Final = "energy above 1.2 times rated power times the day"
_NO_CAP: Final = 2**62
_NEVER: Final = date.max.toordinal()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judgment:
    """What became of each row. The first of the reasons is none: 0 is credited."""

    reason: Integers
    reasons: Sequence[str]
    uncertified: Mask  # its meter's calibration had run out

    @property
    def credited(self) -> Mask:
        """Which rows earn credit."""
        found: Mask = self.reason == 0
        return found

    @property
    def believed(self) -> Mask:
        """Which rows count for what they take from the grid: also where energy is implausible."""
        implausible: Mask = self.reason == self.reasons.index(IMPLAUSIBLE)
        return self.credited | implausible


def judge(method: Method, rows: Rows) -> Judgment:
    """Return what a method says of each row, the first reason that holds."""
    reasons = ["", NOT_YET, IMPLAUSIBLE]
    day, version = rows.table.day, rows.version
    handed, proved, certified = (
        np.array([_ordinal(getattr(each, name), without) for each in rows.versions], np.int64)
        for name, without in (("handed_over", 0), ("evidence_on", 0), ("calibrated_until", _NEVER))
    )
    always = _numbers(method, rows.versions, date.max, reasons)
    before = _numbers(method, rows.versions, date.min, reasons)
    caps = np.array([_cap(each) for each in rows.versions], np.int64)
    excluded = np.where(day < proved[version], before[version], always[version])
    reason = np.select(
        [day < handed[version], excluded > 0, rows.table["energy_mwh"] > caps[version]],
        [1, excluded, 2],
        0,
    )
    return Judgment(
        reason=reason.astype(np.int64),
        reasons=reasons,
        uncertified=day > certified[version],
    )


def why_not_credited(
    method: Method, device: Device, day: date, energy_mwh: int | None
) -> str | None:
    """Return why one device-day earns no credit, or None where it does."""
    if device.handed_over is not None and day < device.handed_over:
        return NOT_YET
    if why := method.excludes(device, day):
        return why
    return IMPLAUSIBLE if energy_mwh is not None and energy_mwh > _cap(device) else None


def _numbers(method: Method, versions: Sequence[Device], day: date, reasons: list[str]) -> Integers:
    """Return the number of each version's reason on a day, and enter what is not there yet."""
    found = np.zeros(len(versions), np.int64)
    for number, device in enumerate(versions):
        if why := method.excludes(device, day):
            if why not in reasons:
                reasons.append(why)
            found[number] = reasons.index(why)
    return found


def _cap(device: Device) -> int:
    most = most_mwh(device)
    return _NO_CAP if most is None else most


def _ordinal(day: date | None, without: int) -> int:
    return without if day is None else day.toordinal()
