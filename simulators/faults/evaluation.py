"""The fault rules against a zone with labelled causes: from a seed to how they fared."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from analytics.faults.fault import Fault
from ingest.contract.period import DAY_US, HOUR_US, Period, micros
from simulators.faults.field import Field
from simulators.faults.labels import Kind, Label
from simulators.faults.layout import Layout, Size, layout
from simulators.faults.messages import first_messages
from simulators.faults.observer import Observer
from simulators.faults.placing import placed
from simulators.faults.score import Scored, score
from simulators.faults.truth import exceeded

RUN_IN: Final = 60
_FIRST: Final = date(2026, 1, 10)
_OFFSET: Final = timedelta(hours=7)
_WHOLE_FROM: Final = 45  # days; in fewer nothing that takes weeks can be found


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How the rules fared, and what of."""

    days: int
    devices: int
    scored: Scored
    messages: int
    labels: Sequence[Label]
    faults: Sequence[Fault]
    observer: Observer

    @property
    def messages_per_cause(self) -> float:
        """First messages, without escalations and all-clears."""
        return self.messages / self.scored.causes if self.scored.causes else 0.0


def evaluate(
    *, days: int, seed: int, run_in: int = RUN_IN, size: Size | None = None, tell: bool = False
) -> Evaluation:
    """Let a zone live, and hold what the rules find against the labels.

    Args:
        days: How long things happen.
        seed: What chance depends on.
        run_in: Days before that, in which devices become known.
        size: Of the zone.
        tell: Whether progress is written to stderr.
    """
    size = size or Size()
    start = micros(datetime.combine(_FIRST, datetime.min.time(), UTC) - _OFFSET)
    begins = start + run_in * DAY_US
    empty = _FIRST + timedelta(days=run_in + days // 2)
    zone = layout(seed, size, {size.lamp_gateways - 1: empty})
    labels = placed(zone, seed=seed, start=begins, days=days, whole=days >= _WHOLE_FROM)
    labels += _sim_empty(size, empty, Period(begins, begins + days * DAY_US))
    field = Field(zone, labels, seed=seed, start=start)
    observer = Observer(zone, labels, start=start, first=_FIRST)
    truth = exceeded(zone)
    for number in range(run_in + days + 1):
        if tell and number % 10 == 0:
            sys.stderr.write(f"day {number} of {run_in + days}\n")
        day = field.day(number, _FIRST + timedelta(days=number))
        truth.day(day)
        observer.day(number, day)
    return _evaluation(
        zone, labels, observer, Period(begins, begins + days * DAY_US), truth.found()
    )


def _evaluation(
    zone: Layout,
    labels: Sequence[Label],
    observer: Observer,
    span: Period,
    truth: dict[str, list[Period]],
) -> Evaluation:
    faults = sorted(observer.known.values(), key=lambda each: (each.raised_at, each.subject))
    gateway_of: dict[str, str] = {each.id: str(each.gateway) for each in zone.registry.devices()}
    scored = score(labels, faults, gateway_of=gateway_of, span=span, true_exceedances=truth)
    return Evaluation(
        days=(span.end - span.start) // DAY_US,
        devices=len(gateway_of),
        scored=scored,
        messages=first_messages(zone.registry, faults, span),
        labels=labels,
        faults=faults,
        observer=observer,
    )


def _sim_empty(size: Size, expires: date, span: Period) -> list[Label]:
    """Return the label of a card that runs out in the middle, and is topped up a day later."""
    gateway = f"kh-gw-{size.lamp_gateways - 1}"
    out = micros(datetime.combine(expires, datetime.min.time(), UTC)) + 17 * HOUR_US
    if out + 2 * DAY_US > span.end:
        return []
    return [
        Label(
            kind=Kind.SIM_EXPIRES,
            subjects=(gateway,),
            period=Period(out - 31 * DAY_US, out + DAY_US),
            must=frozenset({"sim_expiring"}),
            may=frozenset(),
        ),
        Label(
            kind=Kind.SIM_EMPTY,
            subjects=(gateway,),
            period=Period(out, out + DAY_US),
            must=frozenset({"gateway_down"}),
            may=frozenset(),
        ),
    ]
