"""Scales: from values and instants to places in a drawing, with ticks that people can read."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil, floor, log10
from zoneinfo import ZoneInfo

from ingest.contract.period import Period, instant, micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """A linear map of low..high onto start..end; a drawing's y runs downwards."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the place of a value."""
        share = (value - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A place on an axis and what stands there."""

    at: float
    text: str


def nice_step(span: float, count: int) -> float:
    """Return 1, 2 or 5 times a power of ten that cuts a span into at most count parts."""
    rough = span / count
    power = 10.0 ** floor(log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999_999)


def value_scale(
    low: float, high: float, *, start: float, end: float, from_zero: bool
) -> tuple[Scale, list[Tick]]:
    """Return a scale that holds low..high, widened to whole ticks and to zero, and its ticks."""
    bottom, top = (min(low, 0.0), max(high, 0.0)) if from_zero else (low, high)
    step = nice_step(top - bottom or 1.0, 4)
    first = floor(bottom / step + 1e-9)
    last = max(ceil(top / step - 1e-9), first + 1)
    scale = Scale(low=first * step, high=last * step, start=start, end=end)
    decimals = max(0, -floor(log10(step) + 1e-9))
    ticks = [
        Tick(at=scale.at(number * step), text=f"{number * step:.{decimals}f}")
        for number in range(first, last + 1)
    ]
    return scale, ticks


def time_ticks(span: Period, timezone: ZoneInfo, *, start: float, end: float) -> list[Tick]:
    """Return the ticks of a span at every sixth local hour."""
    scale = Scale(low=span.start, high=span.end, start=start, end=end)
    return [
        Tick(at=scale.at(each), text=f"{instant(each).astimezone(timezone):%H:%M}")
        for each in _sixth_hours(span, timezone)
    ]


def _sixth_hours(span: Period, timezone: ZoneInfo) -> Iterator[int]:
    local = instant(span.start).astimezone(timezone).replace(tzinfo=None)
    each = datetime(local.year, local.month, local.day)  # noqa: DTZ001 - local, made aware below
    while (at := micros(each.replace(tzinfo=timezone).astimezone(UTC))) <= span.end:
        if at >= span.start:
            yield at
        each += timedelta(hours=6)
