"""Air stations by their hours: drift against the zone's other stations, and daily calibration."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from analytics.air.days import HOURS, AirDay
from analytics.faults.daily import Verdict
from analytics.faults.fleet import Fleet
from analytics.faults.machine import Floats
from analytics.faults.rules import Rule

_MILLIONTHS = 1e6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StationDays:
    """Hourly means of a zone's stations, NaN where there is none."""

    fleet: Fleet
    days: Sequence[date]
    hours: "dict[str, Floats]"  # by pollutant, shape (n, d, 24), in the metric's unit


def station_days(fleet: Fleet, days: Sequence[date], facts: Iterable[AirDay]) -> StationDays:
    """Lay air days of stations side by side."""
    row = {name: place for place, name in enumerate(fleet.names)}
    column = {day: place for place, day in enumerate(days)}
    hours: dict[str, npt.NDArray[np.float64]] = {}
    for fact in facts:
        if fact.device in row and fact.day in column:
            if fact.pollutant not in hours:
                hours[fact.pollutant] = np.full((len(fleet), len(days), HOURS), np.nan)
            hours[fact.pollutant][row[fact.device], column[fact.day]] = [
                np.nan if each is None else each / _MILLIONTHS for each in fact.hours
            ]
    return StationDays(fleet=fleet, days=days, hours=hours)


def drift(stations: StationDays, rule: Rule) -> Verdict:
    """A station's median ratio to the others has moved away from one over some weeks."""
    numbers = rule.defaults
    furthest = np.full(len(stations.fleet), np.nan)
    told: dict[str, Floats] = {}
    for metric in rule.metrics:
        hours = stations.hours.get(metric)
        if hours is None:
            continue
        recent = hours[:, -round(numbers["days"]) :].reshape(len(hours), -1)
        ratio = _to_others(recent, round(numbers["fewest_peers"]))
        enough = (~np.isnan(ratio)).sum(axis=1) >= numbers["fewest_hours"]
        middle = np.full(len(hours), np.nan)
        if enough.any():
            middle[enough] = np.nanmedian(ratio[enough], axis=1)
        off = np.abs(middle - 1)
        furthest = np.fmax(furthest, off)
        told[metric] = np.where(off > numbers["back_within"], middle, np.nan)
    return Verdict(
        known=~np.isnan(furthest),
        raises=furthest > numbers["beyond"],
        clears=furthest <= numbers["back_within"],
        evidence=told,
    )


def _to_others(hours: Floats, fewest: int) -> Floats:
    """Return each hour over the median of the other stations' same hour."""
    result = np.full_like(hours, np.nan)
    for station in range(len(hours)):
        others = np.delete(hours, station, axis=0)
        enough = (~np.isnan(others)).sum(axis=0) >= fewest
        if enough.any():
            middle = np.nanmedian(others[:, enough], axis=0)
            own = hours[station, enough]
            result[station, enough] = np.divide(
                own, middle, out=np.full_like(own, np.nan), where=middle > 0
            )
    return result


def calibration(stations: StationDays, rule: Rule) -> Verdict:
    """The same hour of the day stands out from those around it, day after day."""
    numbers = rule.defaults
    count = len(stations.fleet)
    known, found = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    told: dict[str, Floats] = {}
    for metric in rule.metrics:
        hours = stations.hours.get(metric)
        if hours is None:
            continue
        recent = hours[:, -round(numbers["days"]) :]
        around = np.fmax(np.roll(recent, 1, axis=2), np.roll(recent, -1, axis=2))
        stands_out = recent > np.fmax(numbers["factor"] * around, around + numbers["margin"])
        days = stands_out.sum(axis=1)
        own = (days >= numbers["fewest_days"]).any(axis=1)
        known |= ~np.isnan(recent[:, -1]).all(axis=1)
        found |= own
        told[metric] = np.where(own, days.argmax(axis=1).astype(np.float64), np.nan)
    return Verdict(known=known, raises=found, clears=~found, evidence=told)
