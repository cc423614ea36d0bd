"""How many alarms people get, and which, beside what standards of alarm management bear with."""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Final

from analytics.alarms.alarm import Alarm, Cause
from analytics.alarms.lifecycle import is_chattering, is_stale
from analytics.alarms.mending import Repair
from analytics.alarms.policy import Policy
from analytics.faults.fault import Consequence, Priority
from analytics.figures import percent
from ingest.contract.period import DAY_US, Period, utc_day

_TOP: Final = 10
_WINDOW_US: Final = 600_000_000
_FLOOD_STARTS: Final = 10  # above; ISA-18.2 [source: prosys]
_FLOOD_ENDS: Final = 5  # below
_OVERLOAD: Final = 10  # tickets a day per technician, above [assumed]
_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """What a standard calls bearable."""

    id: str
    value: str
    unit: str
    standard: str
    source: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """The alarms raised in one week from a Monday on, UTC."""

    monday: date
    alarms: int
    days: int  # of the week that lie in the span
    a_day_per_technician: Decimal | None  # None: nobody is known to be one


@dataclass(frozen=True, slots=True, kw_only=True)
class TopCause:
    """A cause that many alarms are of."""

    cause: Cause
    zone: str
    alarms: int
    share_percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmStatistics:
    """How an alarm system fares in a span of time."""

    span: Period
    technicians: int
    alarms: int
    weeks: tuple[Week, ...]
    most_in_10_min: int
    flood_percent: Decimal | None
    overloaded_percent: Decimal | None  # of days, with more tickets than technicians can see to
    mix_percent: Mapping[Priority, Decimal | None]
    chattering: tuple[Alarm, ...]
    stale: tuple[Alarm, ...]
    top: tuple[TopCause, ...]
    top_percent: Decimal | None


@cache
def benchmarks() -> tuple[Benchmark, ...]:
    """Return what standards call bearable, with where that is said."""
    with files("analytics.alarms").joinpath("benchmarks.csv").open(encoding="utf-8") as file:
        return tuple(Benchmark(**row) for row in csv.DictReader(file))


def statistics(
    alarms: Sequence[Alarm],
    repairs: Sequence[Repair],
    span: Period,
    *,
    technicians: int,
    policy: Policy,
) -> AlarmStatistics:
    """Return how alarms were in a span; environmental warnings and history page no technician.

    Args:
        alarms: Those raised in the span, and those that were open in it.
        repairs: Their tickets.
        span: From when to when; its end is now.
        technicians: How many there are to see to them.
        policy: What chattering and stale are.
    """
    paged = [
        each
        for each in alarms
        if each.consequence is not Consequence.ENVIRONMENT and not each.suppressed
    ]
    raised = [each for each in paged if each.raised_at in span]
    counts = Counter((each.raised_at - span.start) // _WINDOW_US for each in raised)
    top = _top(raised)
    return AlarmStatistics(
        span=span,
        technicians=technicians,
        alarms=len(raised),
        weeks=tuple(_weeks(raised, span, technicians)),
        most_in_10_min=max(counts.values(), default=0),
        flood_percent=_flood(counts, span),
        overloaded_percent=_overloaded(repairs, span, technicians),
        mix_percent={
            each: percent(sum(one.priority is each for one in raised), len(raised))
            for each in Priority
        },
        chattering=tuple(each for each in paged if is_chattering(each, policy)),
        stale=tuple(each for each in paged if is_stale(each, policy, span.end)),
        top=top,
        top_percent=percent(sum(each.alarms for each in top), len(raised)),
    )


def _weeks(raised: Sequence[Alarm], span: Period, technicians: int) -> list[Week]:
    first, last = utc_day(span.start), utc_day(max(span.start, span.end - 1))
    counts = Counter(_monday(utc_day(each.raised_at)) for each in raised)
    found = []
    monday = _monday(first)
    while monday <= last:
        days = (min(last, monday + timedelta(days=6)) - max(first, monday)).days + 1
        load = Decimal(counts[monday]) / (days * technicians) if technicians else None
        found.append(
            Week(
                monday=monday,
                alarms=counts[monday],
                days=days,
                a_day_per_technician=None if load is None else load.quantize(_TENTH),
            )
        )
        monday += timedelta(days=7)
    return found


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _flood(counts: Mapping[int, int], span: Period) -> Decimal | None:
    """Return the share of time in a flood of alarms."""
    windows = -(-(span.end - span.start) // _WINDOW_US)
    flooded, reached = 0, 0
    for window in sorted(number for number, count in counts.items() if count > _FLOOD_STARTS):
        at = max(window, reached)
        while at == window or counts.get(at, 0) >= _FLOOD_ENDS:
            flooded += at >= reached
            at += 1
        reached = max(reached, at)
    return percent(flooded, windows)


def _overloaded(repairs: Sequence[Repair], span: Period, technicians: int) -> Decimal | None:
    if not technicians:
        return None
    days = -(-(span.end - span.start) // DAY_US)
    opened = Counter(
        (each.opened_at - span.start) // DAY_US for each in repairs if each.opened_at in span
    )
    over = sum(count > _OVERLOAD * technicians for count in opened.values())
    return percent(over, days)


def _top(raised: Sequence[Alarm]) -> tuple[TopCause, ...]:
    counts = Counter((each.cause, each.zone) for each in raised)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0][0].subject, one[0][0].rule))
    return tuple(
        TopCause(
            cause=cause,
            zone=zone,
            alarms=count,
            share_percent=percent(count, len(raised)) or Decimal(0),
        )
        for (cause, zone), count in ordered[:_TOP]
    )
