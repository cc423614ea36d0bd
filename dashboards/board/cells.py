"""Drawings made of cells: devices by days, lots by last night, a calendar of air, a field of peers.

A drawing is 440 wide, as all are. A cell is told by its color, by how it is filled, and by a title.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

import numpy as np

from analytics.air.figures import IndexDay
from analytics.air.shown import category
from analytics.pv.health import PvHealth
from analytics.uptime.grid import Grid
from dashboards.board.axes import Scale, Tick, value_scale
from dashboards.board.charts import BOTTOM, LEFT, RIGHT, TOP, WIDTH
from dashboards.board.labels import label_of
from ingest.contract.identity import DeviceId

ROWS_SHOWN: Final = 40
_ROW: Final = 13.0
_NAME: Final = 96.0
_GAP: Final = 1.0
_BIG: Final = 0.9  # of what was asked for, and a cell is of one state
_HALF: Final = 0.5
_STRIP: Final = 26.0
_WEEK_DAYS: Final = 7
_CALENDAR_ROW: Final = 30.0
_WEEK_NAME: Final = 52.0


class CellState(StrEnum):
    """How a device spent a day."""

    UP = "up"
    PARTLY = "partly"
    DOWN = "down"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"
    IDLE = "idle"  # nothing was asked of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One device on one day."""

    x: float
    width: float
    state: CellState
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One device's days."""

    device: DeviceId
    label: str
    y: float
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """Devices by days, those that need somebody first."""

    height: float
    rows: tuple[Row, ...]
    ticks: tuple[Tick, ...]
    devices: int  # of which rows are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How many of a lot's pieces were in a state."""

    x: float
    width: float
    state: CellState
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One lot on the last whole night."""

    lot: str
    y: float
    parts: tuple[Part, ...]
    lit: int
    pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NightStrip:
    """Lots on the last whole night."""

    height: float
    night: date
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AirCell:
    """A station's index on one day; None where there is none."""

    x: float
    y: float
    width: float
    day: date
    index: int | None
    category: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AirCalendar:
    """A station's days, a row a week."""

    station: DeviceId
    height: float
    cells: tuple[AirCell, ...]
    weeks: tuple[Tick, ...]
    scheme: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One PV set's last yield against what its peers gave."""

    device: DeviceId
    x: float
    y: float
    low: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerField:
    """PV sets in the field of own yield over the peers'."""

    peers: tuple[Peer, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    diagonal: tuple[float, float, float, float]  # x1, y1, x2, y2
    confident: bool  # whether peers stand on the axis; else it is a clear sky


def heat_map(grid: Grid) -> HeatMap | None:
    """Return the drawing of a grid, or None where there is nothing to draw."""
    if not grid.devices or not grid.days:
        return None
    up = (grid.up + grid.proven).sum(axis=1)
    worst = np.argsort(up / np.maximum(grid.due.sum(axis=1), 1), kind="stable")[:ROWS_SHOWN]
    width = (WIDTH - _NAME) / len(grid.days)
    rows = [
        Row(
            device=grid.devices[place].id,
            label=label_of(grid.devices[place]),
            y=number * _ROW,
            cells=tuple(
                Cell(
                    x=_NAME + column * width,
                    width=width - _GAP,
                    state=_state(grid, place, column),
                    day=day,
                )
                for column, day in enumerate(grid.days)
            ),
        )
        for number, place in enumerate(worst.tolist())
    ]
    every = -(-len(grid.days) // _WEEK_DAYS)
    ticks = [
        Tick(at=_NAME + (column + 0.5) * width, text=f"{day:%m-%d}")
        for column, day in enumerate(grid.days)
        if column % every == 0
    ]
    return HeatMap(
        height=len(rows) * _ROW + 20, rows=tuple(rows), ticks=tuple(ticks), devices=len(up)
    )


def night_strip(grid: Grid, *, last_is_whole: bool) -> NightStrip | None:
    """Return the lots' last whole night, or None before any."""
    column = len(grid.days) - (1 if last_is_whole else 2)
    if not grid.devices or column < 0:
        return None
    states: dict[str, list[CellState]] = {}
    for place, device in enumerate(grid.devices):
        states.setdefault(device.lot or "", []).append(_state(grid, place, column))
    strips = [
        _strip(lot, number * _STRIP, own)
        for number, (lot, own) in enumerate(sorted(states.items()))
    ]
    return NightStrip(height=len(strips) * _STRIP, night=grid.days[column], strips=tuple(strips))


def _strip(lot: str, y: float, states: Sequence[CellState]) -> Strip:
    width = (WIDTH - _NAME) / len(states)
    parts: list[Part] = []
    x = _NAME
    for state in CellState:
        count = states.count(state)
        if count:
            parts.append(Part(x=x, width=count * width, state=state, count=count))
            x += count * width
    return Strip(
        lot=lot,
        y=y,
        parts=tuple(parts),
        lit=states.count(CellState.UP),
        pieces=len(states),
    )


def _state(grid: Grid, place: int, column: int) -> CellState:
    due = int(grid.due[place, column])
    if due == 0:
        return CellState.IDLE
    up = (grid.up[place, column] + grid.proven[place, column]) / due
    for share, state, enough in (
        (up, CellState.UP, _BIG),
        (grid.excluded[place, column] / due, CellState.EXCLUDED, _HALF),
        (grid.down[place, column] / due, CellState.DOWN, _HALF),
        (grid.unknown[place, column] / due, CellState.UNKNOWN, _HALF),
    ):
        if share >= enough:
            return state
    return CellState.PARTLY


def air_calendar(station: DeviceId, days: Sequence[IndexDay]) -> AirCalendar | None:
    """Return a station's calendar, or None where it has no day."""
    if not days:
        return None
    monday = days[0].day - timedelta(days=days[0].day.weekday())
    width = (WIDTH - _WEEK_NAME) / _WEEK_DAYS
    cells = [
        AirCell(
            x=_WEEK_NAME + each.day.weekday() * width,
            y=(each.day - monday).days // _WEEK_DAYS * _CALENDAR_ROW,
            width=width - 2 * _GAP,
            day=each.day,
            index=each.index.index,
            category=None if each.index.index is None else category(each.index.index),
        )
        for each in days
    ]
    count = (days[-1].day - monday).days // _WEEK_DAYS + 1
    weeks = [
        Tick(at=week * _CALENDAR_ROW, text=f"{monday + timedelta(weeks=week):%m-%d}")
        for week in range(count)
    ]
    return AirCalendar(
        station=station,
        height=count * _CALENDAR_ROW,
        cells=tuple(cells),
        weeks=tuple(weeks),
        scheme=days[-1].scheme,
        version=days[-1].version,
    )


def peer_field(sets: Sequence[PvHealth]) -> PeerField | None:
    """Return the field of sets that can be compared, or None where there is none."""
    known = [
        (each, each.reference_kwh_kwp, each.yield_kwh_kwp)
        for each in sets
        if each.reference_kwh_kwp is not None and each.yield_kwh_kwp is not None
    ]
    if not known:
        return None
    top = max(max(reference, own) for _, reference, own in known)
    y, y_ticks = value_scale(0.0, top, start=BOTTOM, end=TOP, from_zero=True)
    x = Scale(low=y.low, high=y.high, start=LEFT, end=RIGHT)
    x_ticks = [
        Tick(at=LEFT + (BOTTOM - tick.at) / (BOTTOM - TOP) * (RIGHT - LEFT), text=tick.text)
        for tick in y_ticks
    ]
    peers = [
        Peer(
            device=each.device,
            x=x.at(reference),
            y=y.at(own),
            low=each.low,
            text=f"{each.device}: {own:.2f} / {reference:.2f} kWh/kWp",
        )
        for each, reference, own in known
    ]
    return PeerField(
        peers=tuple(peers),
        x_ticks=tuple(x_ticks),
        y_ticks=tuple(y_ticks),
        diagonal=(x.at(0.0), y.at(0.0), x.at(top), y.at(top)),
        confident=all(each.confident for each, _, _ in known),
    )
