"""Counters that advance by more than their device can have done."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from analytics.faults.machine import Floats, Rows
from analytics.faults.rules import Rule
from analytics.faults.seen import Seen
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US

_ENERGY: Final[Mapping[DeviceClass, str]] = MappingProxyType(
    {
        DeviceClass.STREETLIGHT: "energy_used",
        DeviceClass.HOUSEHOLD_PV: "energy_generated",
        DeviceClass.SCHOOL_PV: "energy_generated",
        DeviceClass.CHARGER: "energy_delivered",
    }
)
_CHARGED: Final = "energy_charged"  # of vehicles, beside what they drove
_KNOWN_POWER: Final = frozenset(_ENERGY) - {DeviceClass.CHARGER}


def counter_implausible(seen: Seen, rule: Rule) -> Rows:
    """Mark readings whose counter went further since the one before than is possible."""
    device_class = seen.fleet.device_class
    energy = _ENERGY.get(device_class, _CHARGED)
    steps = {energy: _step(seen, energy) - _most_kwh(seen, rule)}
    if energy == _CHARGED:
        hours = _hours(seen, "odometer")
        most = seen.number(rule, "factor") * seen.number(rule, "most_km_h") * hours + 1
        steps["odometer"] = _step(seen, "odometer") - most
    beyond = np.stack(list(steps.values()))
    known = np.asarray(~np.isnan(beyond).all(axis=0), np.bool_)
    too_far = np.asarray((beyond > 0).any(axis=0), np.bool_)
    told = {name: np.where(over > 0, seen.column(name), np.nan) for name, over in steps.items()}
    return seen.rows(known, raises=too_far, clears=~too_far, evidence=told)


def _most_kwh(seen: Seen, rule: Rule) -> Floats:
    device_class = seen.fleet.device_class
    metric = _ENERGY.get(device_class, _CHARGED)
    rated_kw = seen.rated_w / 1_000
    if device_class not in _KNOWN_POWER:
        rated_kw = np.where(np.isnan(rated_kw), seen.number(rule, "most_kw"), rated_kw)
    most = seen.number(rule, "factor") * rated_kw * _hours(seen, metric)
    return np.asarray(most + seen.number(rule, "step_kwh"), np.float64)


def _step(seen: Seen, metric: str) -> Floats:
    """Return what a counter advanced by since it was last read, NaN where it was not."""
    return _since_before(seen, seen.column(metric), seen.column(metric))


def _hours(seen: Seen, metric: str) -> Floats:
    """Return how long ago a counter was last read. [h]"""
    return _since_before(seen, seen.column(metric), seen.at / HOUR_US)


def _since_before(seen: Seen, told: Floats, values: Floats) -> Floats:
    result = np.full(len(seen), np.nan)
    there = np.flatnonzero(~np.isnan(told))
    if len(there) > 1:
        step = np.diff(values[there])
        same = seen.device[there[1:]] == seen.device[there[:-1]]
        result[there[1:]] = np.where(same, step, np.nan)
    return result
