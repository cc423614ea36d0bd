"""The state machine of rules: inactive, pending, active, clearing, for many subjects at once.

A condition is pending until it has held for the rule's on-delay, and a fault is clearing until its
condition has been over for the off-delay; each row says whether the one or the other holds. Rows
that can say nothing are left out: they raise nothing and clear nothing, and behind a longer hole in
the rows a delay begins anew. What is carried from one call to the next makes any batching alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.faults.fault import Fault
from analytics.faults.rules import Rule
from ingest.contract.period import is_late

Flags = npt.NDArray[np.bool_]
Indices = npt.NDArray[np.int64]
Instants = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

HOLE_US: Final = 45 * 60_000_000  # [assumed] longer than that and nobody knows what was between


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """What can be said of a rule's condition, by subject and instant, in that order."""

    subject: Indices
    at: Instants  # microseconds, by the device's clock
    received_at: Instants  # microseconds, by ours
    raises: Flags
    clears: Flags
    since: Instants | None = None  # when what raises began, where the rule itself has waited
    evidence: Mapping[str, Floats] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.at)

    def where(self, kept: Flags) -> "Rows":
        """Return some of the rows."""
        if kept.all():
            return self
        return Rows(
            subject=self.subject[kept],
            at=self.at[kept],
            received_at=self.received_at[kept],
            raises=self.raises[kept],
            clears=self.clears[kept],
            since=None if self.since is None else self.since[kept],
            evidence={name: values[kept] for name, values in self.evidence.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a rule stands with one subject; one without it is not known to be wrong."""

    last_at: int  # of the last row
    raising_since: int | None = None  # its condition has held since
    clearing_since: int | None = None  # it has been over since
    fault: Fault | None = None  # the one that is open


Standings = Mapping[str, Standing]


def advance(
    rule: Rule,
    subjects: Sequence[str],
    rows: Rows,
    standings: Standings,
    *,
    hole_us: int = HOLE_US,
) -> tuple[list[Fault], dict[str, Standing]]:
    """Follow a rule through rows; return faults that are new or changed, and where it stands.

    Args:
        rule: Its delays and what comes of it.
        subjects: What the rows' subject numbers name.
        rows: What can be said.
        standings: Where it stood before the rows.
        hole_us: The longest time between two rows of a subject that a delay runs on through.
    """
    if not len(rows):
        return [], dict(standings)
    course = _Course.of(rule, subjects, rows, standings, hole_us)
    following = dict(standings)
    changed: dict[tuple[str, int], Fault] = {}
    for number in course.busy():
        name = course.name(number)
        faults, standing = course.followed(number)
        changed |= {(name, fault.began_at): fault for fault in faults}
        following.pop(name, None)
        if standing.fault is not None or standing.raising_since is not None:
            following[name] = standing
    return list(changed.values()), following


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Course:
    """Rows, with what each of them decides; a subject's number is its place among those there."""

    rule: Rule
    subjects: Sequence[str]
    rows: Rows
    bounds: Indices  # where each subject's rows begin, and the end of the last
    before: Mapping[int, Standing]  # of subjects by number
    since_raise: Instants
    since_clear: Instants
    raised: Flags
    cleared: Flags

    @classmethod
    def of(
        cls, rule: Rule, subjects: Sequence[str], rows: Rows, standings: Standings, hole_us: int
    ) -> "_Course":
        first = np.concatenate(([True], rows.subject[1:] != rows.subject[:-1]))
        starts = np.flatnonzero(first)
        numbers: list[int] = rows.subject[starts].tolist()
        names = [subjects[number] for number in numbers]
        before = {number: standings[name] for number, name in enumerate(names) if name in standings}
        carried = {int(starts[number]): standing for number, standing in before.items()}
        clears = rows.clears & ~rows.raises
        since_raise = _since(rows, rows.raises, first, carried, hole_us, raising=True)
        since_clear = _since(rows, clears, first, carried, hole_us, raising=False)
        up = rows.at - (since_raise if rows.since is None else rows.since)
        down = rows.at - since_clear
        return cls(
            rule=rule,
            subjects=subjects,
            rows=rows,
            bounds=np.append(starts, len(rows)),
            before=before,
            since_raise=since_raise,
            since_clear=since_clear,
            raised=_reached(rows.raises & (up >= rule.on_delay_us), since_raise, first),
            cleared=_reached(clears & (down >= rule.off_delay_us), since_clear, first),
        )

    def name(self, number: int) -> str:
        """Return what a subject is called."""
        return self.subjects[int(self.rows.subject[self.bounds[number]])]

    def busy(self) -> list[int]:
        """Return the subjects with anything but soundness, before, during or behind the rows."""
        raising = np.searchsorted(self.bounds, np.flatnonzero(self.raised), side="right") - 1
        pending = np.flatnonzero(self.rows.raises[self.bounds[1:] - 1])
        return sorted({*raising.tolist(), *pending.tolist(), *self.before})

    def followed(self, number: int) -> tuple[list[Fault], Standing]:
        """Follow one subject through its rows."""
        high = int(self.bounds[number + 1])
        standing = self.before.get(number)
        fault = None if standing is None else standing.fault
        faults = list(self._faults(number, fault))
        if faults:
            fault = faults[-1] if faults[-1].cleared_at is None else None
        last = high - 1
        over = self.rows.clears[last] and not self.rows.raises[last] and fault is not None
        return faults, Standing(
            last_at=int(self.rows.at[last]),
            raising_since=int(self.since_raise[last]) if self.rows.raises[last] else None,
            clearing_since=int(self.since_clear[last]) if over else None,
            fault=fault,
        )

    def _faults(self, number: int, fault: Fault | None) -> Iterator[Fault]:
        """Yield faults as they are raised, proven by fresh data, and cleared."""
        low, high = int(self.bounds[number]), int(self.bounds[number + 1])
        turns = low + np.flatnonzero((self.raised | self.cleared)[low:high])
        since = low
        for row in [*turns.tolist(), high]:
            if fault is not None and fault.late:
                fresh = _fresh(self.rows, since, min(row + 1, high))
                if fresh is not None:
                    proven_at = int(self.rows.received_at[fresh])
                    fault = replace(fault, late=False, proven_at=proven_at)
                    yield fault
            if row < high and self.raised[row] and fault is None:
                fault = self._fault(number, row)
                yield fault
            elif row < high and self.cleared[row] and fault is not None:
                yield replace(fault, cleared_at=int(self.rows.at[row]))
                fault = None
            since = row + 1

    def _fault(self, number: int, row: int) -> Fault:
        rows = self.rows
        at, received = int(rows.at[row]), int(rows.received_at[row])
        began = self.since_raise if rows.since is None else rows.since
        told = {metric: float(values[row]) for metric, values in rows.evidence.items()}
        return Fault(
            rule=self.rule.id,
            subject=self.name(number),
            consequence=self.rule.consequence,
            began_at=int(began[row]),
            raised_at=at,
            proven_at=received,
            late=is_late(at, received),
            evidence={metric: value for metric, value in told.items() if not np.isnan(value)},
        )


def _since(
    rows: Rows,
    holds: Flags,
    first: Flags,
    carried: Mapping[int, Standing],
    hole_us: int,
    *,
    raising: bool,
) -> Instants:
    """Return since when each row's condition has held without a hole; elsewhere its own instant."""
    step = np.diff(rows.at, prepend=rows.at[:1])
    begins = first | ~holds | (step > hole_us)
    begins[1:] |= ~holds[:-1]
    run = np.cumsum(begins) - 1
    since = rows.at[np.flatnonzero(begins)]
    for row, standing in carried.items():
        told = standing.raising_since if raising else standing.clearing_since
        if told is not None and holds[row] and rows.at[row] - standing.last_at <= hole_us:
            since[run[row]] = told
    return np.asarray(since[run], np.int64)


def _reached(held: Flags, since: Instants, first: Flags) -> Flags:
    """Mark the row of each run that first shows that it has held for long enough."""
    before = np.concatenate(([False], held[:-1])) & ~first
    before[1:] &= since[1:] == since[:-1]
    return np.asarray(held & ~before, np.bool_)


def _fresh(rows: Rows, start: int, end: int) -> int | None:
    """Return the first row that came in time and shows that the condition holds."""
    for row in range(start, end):
        if rows.raises[row] and not is_late(int(rows.at[row]), int(rows.received_at[row])):
            return row
    return None
