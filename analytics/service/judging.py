"""Holding a zone's readings of one device class against the fast rules."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from analytics.faults.fast import METRICS, Memory, judge, standing_at
from analytics.faults.fault import Fault
from analytics.faults.fleet import Fleet
from analytics.faults.machine import Instants
from analytics.faults.seen import Seen, seen
from analytics.service.heard import LastWord
from analytics.service.segments import by_days, context_us
from ingest.contract.catalog import REACHABLE
from ingest.contract.identity import DeviceId
from ingest.contract.period import Period
from ingest.contract.quality import Quality
from ingest.storage.port import ReadingStore

Received = Callable[[Fleet, Instants, "np.ndarray[tuple[int], np.dtype[np.int64]]"], Instants]
"""Tells when readings came, of a fleet, by instants and devices."""

_HISTORY_US: Final = 6 * 3_600_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a span of readings said."""

    faults: Sequence[Fault]
    words: Mapping[DeviceId, LastWord]


def judged(
    store: ReadingStore,
    fleet: Fleet,
    span: Period,
    *,
    known: Sequence[Fault],
    received: Received,
    now: int,
) -> Outcome:
    """Return what a fleet's readings of a span say, a day at a time.

    Args:
        store: Where they are.
        fleet: Whose.
        span: When they were measured; what holds at its end long ago is history.
        known: Faults of the fleet.
        received: When readings came.
        now: Our clock. [microseconds]
    """
    memory: Memory = standing_at(known, span.start)
    found: dict[tuple[str, str, int], Fault] = {}
    words: dict[DeviceId, LastWord] = {}
    for piece in by_days(span):
        readings = _read(store, fleet, piece, received)
        faults, memory = judge(readings, memory, since=piece.start, open_faults=known)
        found |= {(each.rule, each.subject, each.began_at): each for each in faults}
        words |= _last_words(readings)
    faults = list(found.values())
    if now - span.end > _HISTORY_US:
        faults = [_ended(each, memory) for each in faults]
    return Outcome(faults=faults, words=words)


def _read(store: ReadingStore, fleet: Fleet, span: Period, received: Received) -> Seen:
    lead = Period(span.start - context_us(fleet.device_class), span.end)
    block = store.read(fleet.device_class, fleet.names, lead, METRICS.get(fleet.device_class))
    readings = seen(fleet, block, 0)
    return replace(readings, received_at=received(fleet, readings.at, readings.device))


def _last_words(readings: Seen) -> dict[DeviceId, LastWord]:
    """Return the newest of each device; that a gateway cannot reach it is not its own word."""
    spoke = np.zeros(len(readings), np.bool_)
    for metric, flags in readings.block.flags.items():
        if metric != REACHABLE.name:
            spoke |= (flags != 0) & (flags != Quality.MISSING)
    rows = np.flatnonzero(spoke)
    if not len(rows):
        return {}
    last = rows[np.append(np.diff(readings.device[rows]) != 0, True)]
    return {
        readings.fleet.names[int(readings.device[row])]: LastWord(
            int(readings.at[row]), int(readings.received_at[row])
        )
        for row in last.tolist()
    }


def _ended(fault: Fault, memory: Memory) -> Fault:
    """Let a fault of long ago end where its readings do: nobody knows that it still holds."""
    standing = memory.get(fault.rule, {}).get(fault.subject)
    if fault.cleared_at is not None or standing is None or not fault.late:
        return fault
    return replace(fault, cleared_at=max(standing.last_at, fault.raised_at))
