"""What rules over device-days share: a row a device for one day, and days known to be unsound."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from analytics.days import day_of, span_of
from analytics.faults.fast import unexplained
from analytics.faults.fault import Fault
from analytics.faults.fleet import Fleet
from analytics.faults.machine import Flags, Floats, Rows, Standing, advance
from analytics.faults.rules import Rule

GOOD_AGAIN = 3  # days up to the one that clears a fault by days, the last of which were good
_ENDLESS_US = 10**18


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Verdict:
    """What a rule says of each device of a fleet on one day."""

    known: Flags
    raises: Flags
    clears: Flags
    evidence: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The day that is judged, and when."""

    day: date
    now: int  # our clock, microseconds
    standing: Sequence[Fault]  # of the zone's devices, as known so far


def faults_of_day(rule: Rule, fleet: Fleet, verdict: Verdict, judged: Judged) -> list[Fault]:
    """Return faults that are new or changed by what a rule says of a day, as of its end."""
    end = span_of(judged.day, ZoneInfo(fleet.timezone), fleet.device_class).end
    count = len(fleet)
    rows = Rows(
        subject=np.arange(count),
        at=np.full(count, end),
        # A day is judged behind its end, and is not late for that.
        received_at=np.full(count, _received(judged, end)),
        raises=verdict.raises,
        clears=verdict.clears,
        evidence=verdict.evidence,
    ).where(verdict.known)
    rows = unexplained(
        rows, fleet.names, [each for each in judged.standing if each.rule in rule.explained_by]
    )
    open_now = {
        each.subject: Standing(last_at=end, fault=each)
        for each in judged.standing
        if each.rule == rule.id and each.cleared_at is None and each.raised_at < end
    }
    faults, _ = advance(rule, fleet.names, rows, open_now, hole_us=_ENDLESS_US)
    return faults


def _received(judged: Judged, end: int) -> int:
    """Return when a day's last word came: at its end, but for a day judged long afterwards."""
    return end if judged.now - end < timedelta(days=1) // timedelta(microseconds=1) else judged.now


def unsound(
    fleet: Fleet,
    days: Sequence[date],
    faults: Iterable[Fault],
    rules: Iterable[str],
    *,
    lead: int,
    lag: int,
) -> Flags:
    """Mark the days of devices on which one of some rules' faults held, was coming, or went.

    Args:
        fleet: Whose days.
        days: Consecutive days.
        faults: As known so far.
        rules: Which of them count.
        lead: Days before a fault began that count as well.
        lag: Days behind the one it was cleared on that count as well, less than 0: days before.
    """
    wanted, zone = frozenset(rules), ZoneInfo(fleet.timezone)
    row: dict[str, int] = {name: place for place, name in enumerate(fleet.names)}
    result = np.zeros((len(fleet), len(days)), np.bool_)
    for fault in faults:
        if fault.rule in wanted and fault.subject in row:
            first = day_of(fault.began_at, zone, fleet.device_class) - timedelta(days=lead)
            start = (first - days[0]).days
            end = len(days)
            if fault.cleared_at is not None:
                over = day_of(fault.cleared_at, zone, fleet.device_class)
                end = (over - days[0]).days + 1 + lag
            result[row[fault.subject], max(start, 0) : max(end, 0)] = True
    return result


def last_known(values: Floats, count: int) -> Floats:
    """Return each device's last known values, newest last, NaN in front where there are fewer."""
    newest = np.sort(np.where(np.isnan(values), -1, np.arange(values.shape[1])), axis=1)[:, -count:]
    picked = np.take_along_axis(values, np.maximum(newest, 0), axis=1)
    return np.where(newest < 0, np.nan, picked)
