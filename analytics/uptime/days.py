"""Uptime days: how a device spent what was asked of it on one of its days.

A lamp is up while its load draws a tenth of what it is set to, a PV set while it gives some;
anything else while it says something good. What is known and not up is down; the rest is unknown,
and silence is unknown.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from analytics.daytable import DayTable, Mask
from analytics.deviceday import ENERGY
from analytics.hours import RECORD
from analytics.lighting.setpoint import in_light
from analytics.uptime.base import overlap_s
from analytics.uptime.categories import Category, spend
from analytics.uptime.exclusions import Exclusion, excluded_within
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, Period

PROOF: Final[Mapping[DeviceClass, str]] = {
    DeviceClass.STREETLIGHT: "energy_used",
    DeviceClass.HOUSEHOLD_PV: "energy_generated",
    DeviceClass.SCHOOL_PV: "energy_generated",
}
"""The counter that proves afterwards what a device did in silence."""

COLUMNS: Final = (
    "base_s",
    "up_s",
    "down_s",
    "excluded_s",
    "known_down_s",
    "counter_mwh",
    "gauge_mwh",
    "tail_s",
)
CLASS_NUMBER: Final = "class_number"
"""The column of a table of uptime days that tells a device's class then, by CLASS_NUMBERS."""

CLASS_NUMBERS: Final[Mapping[DeviceClass, int]] = {
    device_class: number for number, device_class in enumerate(DeviceClass)
}
_MWH_A_KWH: Final = 1_000_000
_WATT_SECONDS_A_MWH: Final = 3.6
_Seconds = npt.NDArray[np.float64]
Key = tuple[DeviceId, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class UptimeDay:
    """How one device spent one of its days; up, down, excluded and the rest add up to base."""

    device: DeviceId
    day: date
    device_class: DeviceClass
    base_s: int  # asked of it
    up_s: int
    down_s: int  # known to be down, and not excluded
    excluded_s: int  # taken out by a contract's rules
    known_down_s: int  # known to be down, excluded or not
    counter_mwh: int | None  # what its counter advanced by; None without one
    gauge_mwh: int | None  # what its power amounts to while it was heard
    tail_s: int  # asked for after it was last heard that day

    @property
    def class_number(self) -> int:
        """Its device class, as columns have it."""
        return CLASS_NUMBERS[self.device_class]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked of a device on a day, and what is taken out of it."""

    span: Period
    exclusions: Sequence[Exclusion] = ()
    rated_w: float | None = None  # of a lamp


def uptime_table(facts: Iterable[UptimeDay] = ()) -> DayTable:
    """Return uptime days in columns."""
    return DayTable.of(facts, (*COLUMNS, CLASS_NUMBER))


def of_class(facts: DayTable, *device_classes: DeviceClass) -> Mask:
    """Tell which uptime days are those of some device classes."""
    return np.isin(facts[CLASS_NUMBER], [CLASS_NUMBERS[each] for each in device_classes])


def uptime_days(
    hours: pd.DataFrame, *, device_class: DeviceClass, asked: Mapping[Key, Asked]
) -> list[UptimeDay]:
    """Return the uptime days that hours of one device class make, one for each that was asked.

    Args:
        hours: The columns of hours.COLUMNS, and `day`, the device day each row belongs to.
        device_class: Whose hours they are.
        asked: What was asked, by device and day; days without a single hour are unknown.
    """
    heard = _heard(hours, device_class, asked)
    spent = dict(_spent(heard, asked))
    energy = _energy(hours, device_class)
    return [
        _day(key, each, device_class, spent.get(key, {}), energy.get(key, {}))
        for key, each in sorted(asked.items())
    ]


_Hour = tuple[int, int]
"""Seconds up and seconds known to be down in an hour, of what was asked."""


def _heard(
    hours: pd.DataFrame, device_class: DeviceClass, asked: Mapping[Key, Asked]
) -> pd.DataFrame:
    """Return by device, day and hour how long was known, and how long of it up.

    An hour that nothing was asked for counts as heard: what a counter says then is of all before.
    """
    if device_class not in PROOF:
        held = hours[hours["metric"] != RECORD]
        known = held.groupby(["device", "day", "hour"])["seconds"].max().reset_index()
        return known.assign(positive_s=known["seconds"])[known["seconds"] > 0]
    named = hours["metric"] == ENERGY[device_class].power
    power = hours[named & (hours["seconds"] > 0)]
    if device_class is DeviceClass.STREETLIGHT:
        keys = zip(power["device"], power["day"], strict=True)
        rated = [each.rated_w if (each := asked.get(key)) else None for key in keys]
        power = in_light(power, hours, rated)
    return power[["device", "day", "hour", "seconds", "positive_s"]]


def _spent(
    heard: pd.DataFrame, asked: Mapping[Key, Asked]
) -> Iterator[tuple[Key, dict[int, _Hour]]]:
    """Yield by device and day the hours it was heard in, and how what was asked was spent."""
    if heard.empty:
        return
    keys = list(zip(heard["device"], heard["day"], strict=True))
    nothing = Asked(span=Period(0, 0))
    spans = [asked.get(key, nothing).span for key in keys]
    hour = heard["hour"].to_numpy()
    base = _inside(hour, spans)
    known = np.minimum(np.round(heard["seconds"].to_numpy()), base)
    up = np.minimum(np.round(heard["positive_s"].to_numpy()), known)
    found: dict[Key, dict[int, _Hour]] = {}
    rows = zip(keys, hour.tolist(), up.tolist(), (known - up).tolist(), strict=True)
    for key, at, lit, dark in rows:
        found.setdefault(key, {})[at] = (round(lit), round(dark))
    yield from found.items()


def _inside(hour: npt.NDArray[np.int64], spans: Sequence[Period]) -> _Seconds:
    start = np.array([span.start for span in spans], np.int64)
    end = np.array([span.end for span in spans], np.int64)
    shared = np.minimum(end, hour + HOUR_US) - np.maximum(start, hour)
    seconds: _Seconds = np.round(np.maximum(shared, 0) / 1e6)
    return seconds


def _day(
    key: Key,
    asked: Asked,
    device_class: DeviceClass,
    hours: Mapping[int, _Hour],
    energy: Mapping[str, int],
) -> UptimeDay:
    base = round(asked.span.seconds)
    up, down = (sum(part) for part in zip(*hours.values(), strict=True)) if hours else (0, 0)
    excluded, counted_down = 0, down
    if asked.exclusions:
        excluded, counted_down = _excluded(asked, hours)
    return UptimeDay(
        device=key[0],
        day=key[1],
        device_class=device_class,
        base_s=base,
        up_s=up,
        down_s=counted_down,
        excluded_s=excluded,
        known_down_s=down,
        counter_mwh=energy.get("counter"),
        gauge_mwh=energy.get("gauge"),
        tail_s=_tail_s(asked.span, hours),
    )


def _tail_s(span: Period, hours: Mapping[int, _Hour]) -> int:
    """Return how long was still asked for behind the last hour it was heard in."""
    behind = max(hours) + HOUR_US if hours else span.start
    return overlap_s(Period(min(behind, span.end), span.end), span)


def _excluded(asked: Asked, hours: Mapping[int, _Hour]) -> tuple[int, int]:
    """Return how long was taken out, and how long is down all the same, hour by hour."""
    excluded, down = 0, 0
    for at in asked.span.hours():
        span = Period(max(at, asked.span.start), min(at + HOUR_US, asked.span.end))
        own_up, own_down = hours.get(at, (0, 0))
        claimed = excluded_within(asked.exclusions, span) | {
            Category.IN_SERVICE: own_up,
            Category.FORCED_OUTAGE: own_down,
        }
        times = spend(overlap_s(span, span), claimed)
        excluded += int(times.excluded)
        down += int(times.down)
    return excluded, down


def _energy(hours: pd.DataFrame, device_class: DeviceClass) -> dict[Key, dict[str, int]]:
    counter, metrics = PROOF.get(device_class), ENERGY.get(device_class)
    if counter is None or metrics is None:
        return {}
    found: dict[Key, dict[str, int]] = {}
    for metric, column, name, factor in (
        (counter, "increase", "counter", _MWH_A_KWH),
        (metrics.power, "integral", "gauge", 1 / _WATT_SECONDS_A_MWH),
    ):
        rows = hours[hours["metric"] == metric].sort_values("hour", kind="stable")
        sums = rows.groupby(["device", "day"])[column].sum().dropna()
        for key, value in sums.items():
            found.setdefault(cast("Key", key), {})[name] = round(value * factor)
    return found
