"""Which checks a device class's readings go through, from checks.toml, and running them.

In this order: gross range and climatology, rate of change and spike, flat line, then against
another metric, then against neighbors; the worst flag holds. A row that names a profile takes the
place of its class's row of the same metric and test. Flags are derived when hours are computed, and
are never written back.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import pairwise
from types import MappingProxyType
from typing import Final, cast

import numpy as np

from analytics.quality import calibration, neighbors, qartod
from analytics.quality.qartod import Flags, Floats
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.quality import Quality
from ingest.storage.block import Block

Parameters = Mapping[str, object]
_HOUR_S: Final = 3_600
_AROUND_H: Final = 2  # what a surge is held against, and its time of day
NEIGHBORS: Final = "neighbors"
"""The test that takes all of a zone's devices of a class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One test of one metric, with its parameters as the file has them."""

    metric: str
    test: str
    parameters: Parameters
    profile: str | None = None  # None: of every device of the class

    @property
    def reach_s(self) -> float:
        """How far back a value's flag depends on others, all the way. [s]"""
        return _number(self.parameters, "fail_s") if self.test == "flat_line" else 0.0

    @property
    def days(self) -> int:
        """How many days back it depends on what was at the same time of day."""
        return calibration.REACH_DAYS if self.test == "calibration" else 0


@dataclass(frozen=True, slots=True)
class _Rows:
    """Readings of one device, in time order; NaN where one is missing or was bad already."""

    seconds: Floats
    values: Mapping[str, Floats]


@cache
def checks_of(device_class: DeviceClass) -> Sequence[Check]:
    """Return a class's checks, in the order in which they are run."""
    text = files("analytics.quality").joinpath("checks.toml").read_text(encoding="utf-8")
    rows = cast("list[dict[str, object]]", tomllib.loads(text)["check"])
    found = [
        Check(
            metric=metric,
            test=str(row["test"]),
            parameters=row,
            profile=None if (profile := row.get("profile")) is None else str(profile),
        )
        for row in rows
        if row["device_class"] == device_class
        for metric in cast("list[str]", row["metrics"])
    ]
    order = [*_TESTS, NEIGHBORS]
    return sorted(found, key=lambda check: order.index(check.test))


def checks_for(checks: Iterable[Check], profile: str | None) -> list[Check]:
    """Return the checks of a device of a profile, or of none that is known."""
    own = [each for each in checks if each.profile in (None, profile)]
    told = {(each.metric, each.test) for each in own if each.profile is not None}
    return [
        each for each in own if each.profile is not None or (each.metric, each.test) not in told
    ]


def has_neighbors(device_class: DeviceClass) -> bool:
    """Tell whether what one device of a class says decides on the flags of others."""
    return any(check.test == NEIGHBORS for check in checks_of(device_class))


def reach_s(device_class: DeviceClass) -> float:
    """Return how far back flags of a class depend on readings; 0 where nothing is checked. [s]"""
    around = calibration.DAY_S + calibration.AROUND_S
    farthest = (max(check.reach_s, check.days * around) for check in checks_of(device_class))
    return max(farthest, default=0.0)


def reached_hours(device_class: DeviceClass) -> Sequence[int]:
    """Return how many hours behind a reading's own flags of a class depend on it.

    Those a day and more behind it are the ones around the same time of day.
    """
    checks = checks_of(device_class)
    straight = max((-(-check.reach_s // _HOUR_S) for check in checks), default=0.0)
    days = max((check.days for check in checks), default=0)
    around = range(-_AROUND_H, _AROUND_H + 1)
    later = [24 * day + hour for day in range(1, days + 1) for hour in around]
    return [*range(int(straight) + 1), *later]


def checked(block: Block, profiles: Mapping[DeviceId, str] | None = None) -> Block:
    """Return a block with the flags that its class's checks give, where they are worse.

    Args:
        block: Readings by device and time, each once.
        profiles: Of devices, where they are known.
    """
    checks = checks_of(block.device_class)
    if not checks or not len(block):
        return block
    flags = {metric: given.copy() for metric, given in block.flags.items()}
    edges = [0, *(np.flatnonzero(np.diff(block.devices)) + 1).tolist(), len(block)]
    for low, high in pairwise(edges):
        rows = _rows(block, slice(low, high))
        profile = (profiles or {}).get(block.names[block.devices[low]])
        for check in checks_for(checks, profile):
            if check.metric in rows.values and check.test != NEIGHBORS:
                own = flags[check.metric][low:high]
                own[:] = _worse(own, _TESTS[check.test](rows, check))
    return _beside_neighbors(replace(block, flags=flags), checks)


def _beside_neighbors(block: Block, checks: Iterable[Check]) -> Block:
    """Hold each device against the others of the block, by what is good of both until now."""
    flags = dict(block.flags)
    for check in checks:
        if check.test == NEIGHBORS and check.metric in block.values:
            usable = _rows(block, slice(0, len(block))).values[check.metric]
            found = neighbors.apart(
                block.devices,
                block.measured_at,
                usable,
                fewest=int(_number(check.parameters, "fewest")),
                factor=_number(check.parameters, "factor"),
                margin=_number(check.parameters, "margin"),
            )
            derived = np.where(found, Quality.SUSPECT, Quality.GOOD).astype(np.int8)
            flags[check.metric] = _worse(flags[check.metric], derived)
    return replace(block, flags=flags)


def _rows(block: Block, rows: slice) -> _Rows:
    values = {}
    for metric, given in block.values.items():
        flags = block.flags[metric][rows]
        usable = (flags == Quality.GOOD) | (flags == Quality.UNCHECKED)
        values[metric] = np.where(usable, given[rows], np.nan)
    return _Rows(block.measured_at[rows] / 1e6, values)


def _worse(given: Flags, derived: Flags) -> Flags:
    """Combine flags; what was not said, or is missing, stays so."""
    said = (given != 0) & (given != Quality.MISSING)
    combined = qartod.worst([np.where(said, given, Quality.MISSING).astype(np.int8), derived])
    return np.where(said, combined, given)


def _gross_range(rows: _Rows, check: Check) -> Flags:
    return qartod.gross_range(
        rows.values[check.metric],
        fail=_span(check.parameters, "fail"),
        suspect=_span(check.parameters, "suspect"),
    )


def _climatology(rows: _Rows, check: Check) -> Flags:
    """Flag what does not occur in a month: spans of months, first and last, lowest and highest."""
    months = rows.seconds.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    values = rows.values[check.metric]
    flags = np.full(len(values), Quality.UNCHECKED, np.int8)
    for first, last, low, high in cast("list[list[float]]", check.parameters["months"]):
        within = (first <= months) & (months <= last)
        unusual = (values < low) | (values > high)
        flags[within] = np.where(unusual, Quality.SUSPECT, Quality.GOOD)[within]
    return flags


def _rate_of_change(rows: _Rows, check: Check) -> Flags:
    """Look among the values that are there: a gap does not make a step a fast one."""
    values = rows.values[check.metric]
    there = np.flatnonzero(~np.isnan(values))
    flags = np.full(len(values), Quality.MISSING, np.int8)
    flags[there] = qartod.rate_of_change(
        values[there], rows.seconds[there], suspect=_number(check.parameters, "suspect_a_s")
    )
    return flags


def _spike(rows: _Rows, check: Check) -> Flags:
    """Look for spikes among the values that are there: a gap does not hide one."""
    values = rows.values[check.metric]
    there = np.flatnonzero(~np.isnan(values))
    flags = np.full(len(values), Quality.MISSING, np.int8)
    flags[there] = qartod.spike(
        values[there],
        suspect=_number(check.parameters, "suspect"),
        fail=_number(check.parameters, "fail"),
        method=qartod.SpikeMethod.DIFFERENTIAL,
    )
    return flags


def _flat_line(rows: _Rows, check: Check) -> Flags:
    values = rows.values[check.metric]
    there = np.flatnonzero(~np.isnan(values))
    flags = np.full(len(values), Quality.MISSING, np.int8)
    flags[there] = qartod.flat_line(
        values[there],
        rows.seconds[there],
        suspect_s=_number(check.parameters, "suspect_s"),
        fail_s=_number(check.parameters, "fail_s"),
        tolerance=_number(check.parameters, "tolerance"),
    )
    return flags


def _calibration(rows: _Rows, check: Check) -> Flags:
    values = rows.values[check.metric]
    there = np.flatnonzero(~np.isnan(values))
    flags = np.full(len(values), Quality.MISSING, np.int8)
    found = calibration.calibrations(
        values[there], rows.seconds[there], surge=_number(check.parameters, "surge")
    )
    flags[there] = np.where(found, Quality.SUSPECT, Quality.GOOD)
    return flags


def _not_above(rows: _Rows, check: Check) -> Flags:
    """Flag what is clearly more than the whole it is part of."""
    values, other = rows.values[check.metric], _other(rows, check)
    most = _number(check.parameters, "factor") * other + _number(check.parameters, "margin")
    return np.where(values > most, Quality.SUSPECT, Quality.GOOD).astype(np.int8)


def _not_while_above(rows: _Rows, check: Check) -> Flags:
    """Flag what cannot be told while another metric is too high."""
    too_high = _other(rows, check) > _number(check.parameters, "above")
    return np.where(too_high, Quality.SUSPECT, Quality.GOOD).astype(np.int8)


_TESTS: Final[Mapping[str, Callable[[_Rows, Check], Flags]]] = MappingProxyType(
    {
        "gross_range": _gross_range,
        "climatology": _climatology,
        "rate_of_change": _rate_of_change,
        "spike": _spike,
        "flat_line": _flat_line,
        "calibration": _calibration,
        "not_above": _not_above,
        "not_while_above": _not_while_above,
    }
)


def _other(rows: _Rows, check: Check) -> Floats:
    name = str(check.parameters["other"])
    return rows.values.get(name, np.full(len(rows.seconds), np.nan))


def _number(parameters: Parameters, name: str) -> float:
    value = parameters[name]
    if not isinstance(value, int | float):
        raise TypeError(f"checks.toml: {name}: expected a number, got {value!r}")
    return float(value)


def _span(parameters: Parameters, name: str) -> tuple[float, float]:
    low, high = cast("list[float]", parameters[name])
    return low, high
