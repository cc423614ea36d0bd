"""The rules that look at readings: all of a device class at once, causes before consequences."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from analytics.faults import counters, lamps, sets, stations, words
from analytics.faults.fault import Fault, RuleId
from analytics.faults.machine import Rows, Standing, Standings, advance
from analytics.faults.rules import Rule, rules
from analytics.faults.seen import Seen
from ingest.contract.metric import DeviceClass

Memory = Mapping[RuleId, Standings]
"""Where each rule stands with its subjects."""

JUDGES: Final[Mapping[RuleId, Callable[[Seen, Rule], Rows]]] = MappingProxyType(
    {
        RuleId("lamp_out"): lamps.lamp_out,
        RuleId("day_burner"): lamps.day_burner,
        RuleId("not_charging"): lamps.not_charging,
        RuleId("zero_output"): sets.zero_output,
        RuleId("counter_implausible"): counters.counter_implausible,
        RuleId("stuck"): stations.stuck,
        RuleId("cross_check"): stations.cross_check,
        RuleId("range"): stations.out_of_range,
        RuleId("humidity"): stations.humidity,
        RuleId("fault_word"): words.fault_word,
    }
)
METRICS: Final[Mapping[DeviceClass, tuple[str, ...]]] = MappingProxyType(
    {
        DeviceClass.STREETLIGHT: (
            "battery_soc",
            "battery_voltage",
            "brightness",
            "energy_used",
            "fault_word",
            "lamp_on",
            "load_power",
            "pv_power",
        ),
        **dict.fromkeys(
            (DeviceClass.HOUSEHOLD_PV, DeviceClass.SCHOOL_PV),
            (
                "active_power",
                "energy_generated",
                "fault_word",
                "voltage_l1",
                "voltage_l2",
                "voltage_l3",
            ),
        ),
    }
)
"""What the rules look at of classes that say much more; of all others everything is read."""
_FOREVER: Final = np.iinfo(np.int64).max


def judge(
    seen: Seen, memory: Memory, *, since: int, open_faults: Sequence[Fault] = ()
) -> tuple[list[Fault], dict[RuleId, Standings]]:
    """Hold readings against the fast rules of their class.

    Args:
        seen: Readings; those before `since` are there for what they show of later ones.
        memory: Where the rules stood at `since`.
        since: The first instant that is judged. [microseconds]
        open_faults: What other rules found of the same devices, which may explain what is seen.

    Returns:
        Faults that are new or changed, and where the rules stand behind the last reading.
    """
    found: list[Fault] = []
    standing = dict(memory)
    for rule in rules().values():
        if rule.id not in JUDGES or seen.fleet.device_class not in rule.classes:
            continue
        said = JUDGES[rule.id](seen, rule)
        said = said.where(said.at >= since)
        causes = [
            fault
            for fault in (*open_faults, *found, *_still_open(memory, rule))
            if fault.rule in rule.explained_by
        ]
        said = unexplained(said, seen.fleet.names, causes)
        faults, standing[rule.id] = advance(rule, seen.fleet.names, said, memory.get(rule.id, {}))
        found += faults
    return found, standing


def standing_at(known: Sequence[Fault], start: int) -> dict[RuleId, dict[str, Standing]]:
    """Return where the fast rules stood at an instant, as far as faults tell."""
    standing: dict[RuleId, dict[str, Standing]] = {}
    for fault in known:
        over = fault.cleared_at is not None and fault.cleared_at <= start
        if fault.rule in JUDGES and fault.began_at < start and not over:
            raised = fault.raised_at < start
            standing.setdefault(fault.rule, {})[fault.subject] = Standing(
                last_at=start,
                raising_since=fault.began_at,
                fault=replace(fault, cleared_at=None) if raised else None,
            )
    return standing


def _still_open(memory: Memory, rule: Rule) -> Iterable[Fault]:
    for cause in rule.explained_by:
        for standing in memory.get(cause, {}).values():
            if standing.fault is not None:
                yield standing.fault


def unexplained(rows: Rows, subjects: Sequence[str], causes: Iterable[Fault]) -> Rows:
    """Leave out what is said of subjects while a fault that explains it is known of."""
    spans: dict[tuple[str, int], int] = {}
    for fault in causes:  # a later word on the same fault says when it was over
        end = _FOREVER if fault.cleared_at is None else fault.cleared_at
        key = fault.subject, fault.raised_at
        spans[key] = min(spans.get(key, _FOREVER), end)
    if not spans or not len(rows):
        return rows
    number = {name: place for place, name in enumerate(subjects)}
    kept = np.ones(len(rows), np.bool_)
    for (subject, start), end in spans.items():
        low, high = np.searchsorted(
            rows.subject, [number.get(subject, -1), number.get(subject, -1) + 1]
        )
        at = rows.at[low:high]
        kept[low:high] &= (at < start) | (at >= end)
    return rows.where(kept)
