"""Which checks a device class's readings go through, from checks.toml, and running them.

In this order: gross range, spike and rate of change, flat line, then against another metric; the
worst flag holds. Flags are derived when hours are computed, and are never written back.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import pairwise
from types import MappingProxyType
from typing import Final, cast

import numpy as np

from analytics.quality import qartod
from analytics.quality.qartod import Flags, Floats
from ingest.contract.metric import DeviceClass
from ingest.contract.quality import Quality
from ingest.storage.block import Block

Parameters = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One test of one metric, with its parameters as the file has them."""

    metric: str
    test: str
    parameters: Parameters

    @property
    def reach_s(self) -> float:
        """How far back a value's flag depends on others. [s]"""
        return _number(self.parameters, "fail_s") if self.test == "flat_line" else 0.0


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
        Check(metric=metric, test=str(row["test"]), parameters=row)
        for row in rows
        if row["device_class"] == device_class
        for metric in cast("list[str]", row["metrics"])
    ]
    return sorted(found, key=lambda check: list(_TESTS).index(check.test))


def reach_s(device_class: DeviceClass) -> float:
    """Return how far back flags of a class depend on readings; 0 where nothing is checked. [s]"""
    return max((check.reach_s for check in checks_of(device_class)), default=0.0)


def checked(block: Block) -> Block:
    """Return a block with the flags that its class's checks give, where they are worse.

    Args:
        block: Readings by device and time, each once.
    """
    checks = checks_of(block.device_class)
    if not checks or not len(block):
        return block
    flags = {metric: given.copy() for metric, given in block.flags.items()}
    edges = [0, *(np.flatnonzero(np.diff(block.devices)) + 1).tolist(), len(block)]
    for low, high in pairwise(edges):
        rows = _rows(block, slice(low, high))
        for check in checks:
            if check.metric in rows.values:
                own = flags[check.metric][low:high]
                own[:] = _worse(own, _TESTS[check.test](rows, check))
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
        "spike": _spike,
        "flat_line": _flat_line,
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
