"""Charts as geometry: what is to be drawn where, for a template to draw.

A gap in the readings is a gap in the line. A drawing is 440 wide, so that its text can be read on
a phone, where it is scaled down a little, as on a desk, where it is scaled up.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from dashboards.board.axes import Scale, Tick, time_ticks, value_scale
from ingest.contract.period import Period

WIDTH: Final = 440.0
HEIGHT: Final = 214.0
LEFT: Final = 46.0
RIGHT: Final = 420.0
TOP: Final = 12.0
BOTTOM: Final = 190.0

_LABELS: Final = 7  # days named below a bar chart
_FLAT: Final = 0.25  # a curve that moves by less of its height is shown without its zero
_FILLED: Final = 0.72  # of a bar's room


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values of one metric in time; None where there is none, or none that can be trusted."""

    metric: str
    instants: Sequence[int]  # microseconds, UTC, ascending
    values: Sequence[float | None]
    doubted: Sequence[tuple[int, float]] = ()  # readings flagged suspect or bad


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A part of the time axis, such as a night."""

    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A series as an SVG path, with marks where readings are doubted."""

    metric: str
    path: str
    marks: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePlot:
    """A drawn day of one unit."""

    unit: str
    lines: tuple[Line, ...]
    nights: tuple[Band, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A day's amount: its size, and the digits that are quoted; None where there is none."""

    day: date
    value: float | None
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One day's bar."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str | None
    day: date
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BarPlot:
    """Days side by side."""

    unit: str
    bars: tuple[Bar, ...]
    y_ticks: tuple[Tick, ...]
    zero: float


def line_plot(
    series: Sequence[Series],
    *,
    unit: str,
    span: Period,
    timezone: ZoneInfo,
    longest_gap_s: float,
    nights: Sequence[Period] = (),
) -> LinePlot:
    """Return the drawing of some series of one unit.

    Args:
        series: What is drawn.
        unit: UCUM code of all of them.
        span: The time axis, half-open.
        timezone: For the hours on the axis.
        longest_gap_s: Two readings farther apart than this are not joined. [s]
        nights: Parts of the time axis that are shaded.
    """
    shown = [value for one in series for value in _drawn(one)]
    low, high = min(shown, default=0.0), max(shown, default=0.0)
    y, y_ticks = value_scale(
        low, high, start=BOTTOM, end=TOP, from_zero=not 0 < high - low < high * _FLAT
    )
    x = Scale(low=span.start, high=span.end, start=LEFT, end=RIGHT)
    return LinePlot(
        unit=unit,
        lines=tuple(_line(one, x, y, longest_gap_s * 1e6) for one in series),
        nights=tuple(_band(night, span, x) for night in nights),
        x_ticks=tuple(time_ticks(span, timezone, start=LEFT, end=RIGHT)),
        y_ticks=tuple(y_ticks),
    )


def bar_plot(amounts: Sequence[Amount], *, unit: str) -> BarPlot:
    """Return the drawing of amounts of consecutive days."""
    values = [amount.value for amount in amounts if amount.value is not None]
    y, y_ticks = value_scale(
        min(values, default=0.0), max(values, default=0.0), start=BOTTOM, end=TOP, from_zero=True
    )
    room = (RIGHT - LEFT) / max(len(amounts), 1)
    every = -(-len(amounts) // _LABELS)
    bars = [
        _bar(amount, LEFT + number * room, room, y, labelled=number % every == 0)
        for number, amount in enumerate(amounts)
    ]
    return BarPlot(unit=unit, bars=tuple(bars), y_ticks=tuple(y_ticks), zero=y.at(0.0))


def _drawn(series: Series) -> list[float]:
    trusted = [value for value in series.values if value is not None]
    return trusted + [value for _, value in series.doubted]


def _line(series: Series, x: Scale, y: Scale, longest_gap: float) -> Line:
    steps: list[str] = []
    last: int | None = None
    for at, value in zip(series.instants, series.values, strict=True):
        if value is None:
            last = None
            continue
        joined = last is not None and at - last <= longest_gap
        # A reading without a neighbor is a dot: a line of no length with round ends.
        steps.append(f"{'L' if joined else 'M'}{x.at(at):.1f} {y.at(value):.1f}")
        if not joined:
            steps.append("h0")
        last = at
    marks = tuple((x.at(at), y.at(value)) for at, value in series.doubted)
    return Line(metric=series.metric, path="".join(steps), marks=marks)


def _band(night: Period, span: Period, x: Scale) -> Band:
    start, end = max(night.start, span.start), min(night.end, span.end)
    return Band(x=x.at(start), width=max(0.0, x.at(end) - x.at(start)))


def _bar(amount: Amount, left: float, room: float, y: Scale, *, labelled: bool) -> Bar:
    zero, top = y.at(0.0), y.at(amount.value or 0.0)
    return Bar(
        x=left + room * (1 - _FILLED) / 2,
        y=min(zero, top),
        width=room * _FILLED,
        height=abs(zero - top),
        middle=left + room / 2,
        label=f"{amount.day:%m-%d}" if labelled else None,
        day=amount.day,
        text=amount.text,
    )
