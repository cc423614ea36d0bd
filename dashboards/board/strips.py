"""The picture of a gateway's account as geometry: a bar a day, with its gaps where they are.

A bar stands for the numbers assigned on a day, in their order. Its ground is what is stored; what
else became of a record lies upon it, and what is missing on top, never too narrow to be seen.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ingest.contract.ranges import Ranges
from ingest.ledger import BootAccount, Line

WIDTH: Final = 440.0
LEFT: Final = 48.0
RIGHT: Final = 372.0
STEP: Final = 20.0
THICKNESS: Final = 12.0
_NARROWEST: Final = 2.5
_JOINED: Final = 0.5  # closer pieces are drawn as one

STATES: Final = ("thinned", "pending", "quarantined", "missing")  # the last one on top


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Records of one state next to each other, and the numbers of each boot among them."""

    state: str
    x: float
    width: float
    numbers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One day's bar."""

    day: date
    y: float
    width: float
    pieces: tuple[Piece, ...]
    line: Line | None  # None where nothing was assigned


def strips(
    accounts: Iterable[BootAccount], lines: Mapping[date, Line], days: Sequence[date]
) -> tuple[Strip, ...]:
    """Return the bars of some days, the longest as wide as there is room for.

    Args:
        accounts: What is known of the gateway's boots.
        lines: The gateway's account, by day.
        days: Which days are drawn, from top to bottom.
    """
    boots = sorted(accounts, key=lambda one: (min(one.days, default=date.max), one.boot))
    most = max((lines[day].assigned for day in days if day in lines), default=0)
    scale = (RIGHT - LEFT) / max(most, 1)
    return tuple(
        Strip(
            day=day,
            y=STEP * row,
            width=lines[day].assigned * scale if day in lines else 0.0,
            pieces=tuple(_pieces(boots, day, scale)),
            line=lines.get(day),
        )
        for row, day in enumerate(days)
    )


def span(first: int, last: int) -> str:
    """Write a range of numbers."""
    return str(first) if first == last else f"{first}–{last}"


def _pieces(boots: Sequence[BootAccount], day: date, scale: float) -> Iterator[Piece]:
    for state in STATES:
        start = LEFT
        for boot in boots:
            numbers = boot.spans.get(day)
            if numbers is not None:
                first, last = numbers
                of_day = _in_state(boot, state).within(first, last)
                yield from _joined(of_day, state, first=first, start=start, scale=scale)
                start += (last - first + 1) * scale


def _in_state(boot: BootAccount, state: str) -> Ranges:
    match state:
        case "missing":
            return boot.missing
        case "pending":
            return boot.open - boot.missing
        case "quarantined":
            return boot.quarantined
        case _:
            return boot.thinned - boot.settled


def _joined(
    numbers: Ranges, state: str, *, first: int, start: float, scale: float
) -> Iterator[Piece]:
    group: list[tuple[int, int]] = []
    for pair in numbers.pairs:
        if group and (pair[0] - group[-1][1]) * scale > _JOINED:
            yield _piece(group, state, first=first, start=start, scale=scale)
            group = []
        group.append(pair)
    if group:
        yield _piece(group, state, first=first, start=start, scale=scale)


def _piece(
    group: Sequence[tuple[int, int]], state: str, *, first: int, start: float, scale: float
) -> Piece:
    low, high = group[0][0], group[-1][1]
    width = max((high - low + 1) * scale, _NARROWEST)
    x = min(start + (low - first) * scale, max(RIGHT - width, LEFT))
    return Piece(state=state, x=x, width=width, numbers=span(low, high))
