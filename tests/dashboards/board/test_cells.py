"""Cells: what is drawn of a grid, of a calendar and of peers."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from analytics.air.figures import IndexDay
from analytics.air.station import StationIndex
from analytics.pv.health import PvHealth
from analytics.uptime.grid import Grid
from dashboards.board.cells import CellState, air_calendar, heat_map, night_strip, peer_field
from ingest.contract.identity import DeviceId
from tests.builders import a_device

_DAYS = [date(2026, 10, 30), date(2026, 10, 31)]


def a_grid(**spent: list[list[int]]) -> Grid:
    """Two lamps on two nights of ten hours each."""
    nothing = [[0, 0], [0, 0]]
    fields = dict.fromkeys(("up", "proven", "down", "excluded", "known_down"), nothing)
    arrays = {
        name: np.array(each, np.int64)
        for name, each in ({"due": [[36_000, 36_000]] * 2} | fields | spent).items()
    }
    lamps = [a_device("kh-lamp-1", lot="lot-1"), a_device("kh-lamp-2", lot="lot-1")]
    return Grid(devices=lamps, days=_DAYS, **arrays)


def test_a_cell_says_what_the_day_was_mostly_spent_on_and_the_worst_lamp_stands_first() -> None:
    drawn = heat_map(
        a_grid(
            up=[[36_000, 20_000], [0, 0]],
            proven=[[0, 0], [0, 33_000]],
            down=[[0, 0], [20_000, 0]],
        )
    )

    assert drawn is not None
    assert [row.device for row in drawn.rows] == ["kh-lamp-2", "kh-lamp-1"]
    assert [[cell.state for cell in row.cells] for row in drawn.rows] == [
        [CellState.DOWN, CellState.UP],
        [CellState.UP, CellState.PARTLY],
    ]


@pytest.mark.parametrize(
    ("spent", "state"),
    [
        ({}, CellState.UNKNOWN),
        ({"excluded": [[0, 18_000]] * 2}, CellState.EXCLUDED),
        ({"due": [[0, 0]] * 2}, CellState.IDLE),
    ],
)
def test_silence_exclusion_and_a_day_without_a_duty_are_told_apart(
    spent: dict[str, list[list[int]]], state: CellState
) -> None:
    drawn = heat_map(a_grid(**spent))

    assert drawn is not None
    assert drawn.rows[0].cells[1].state is state


@pytest.mark.parametrize(("whole", "lit"), [(True, 1), (False, 2)])
def test_the_strip_is_of_the_last_whole_night(*, whole: bool, lit: int) -> None:
    drawn = night_strip(a_grid(up=[[36_000, 36_000], [36_000, 0]]), last_is_whole=whole)

    assert drawn is not None
    (strip,) = drawn.strips
    assert (strip.lit, strip.pieces) == (lit, 2)
    assert sum(part.count for part in strip.parts) == 2


def test_a_calendar_has_a_row_a_week_and_says_where_there_is_no_index() -> None:
    """30 October 2026 is a Friday, 2 November a Monday."""
    days = [
        IndexDay(
            station=DeviceId("kh-air-1"),
            day=day,
            scheme="us_epa",
            version="2024",
            index=StationIndex(index=index, sub_indices={}, leading=()),
        )
        for day, index in ((date(2026, 10, 30), 57), (date(2026, 11, 2), None))
    ]

    drawn = air_calendar(DeviceId("kh-air-1"), days)

    assert drawn is not None
    first, second = drawn.cells
    assert (first.category, second.category, second.index) == ("moderate", None, None)
    assert second.y > first.y
    assert second.x < first.x
    assert [week.text for week in drawn.weeks] == ["10-26", "11-02"]


def test_a_set_on_the_line_gives_what_its_peers_give() -> None:
    even = PvHealth(
        device=DeviceId("kh-pv-1"),
        days=20,
        yield_kwh_kwp=4.0,
        reference_kwh_kwp=4.0,
        ratio=1.0,
        confident=True,
        performance_ratio=None,
        low=False,
        sign=None,
        clips=False,
    )
    short = replace(even, device=DeviceId("kh-pv-2"), yield_kwh_kwp=2.0, low=True)
    unknown = replace(even, device=DeviceId("kh-pv-3"), reference_kwh_kwp=None)

    drawn = peer_field([even, short, unknown])

    assert drawn is not None
    assert [(each.device, each.low) for each in drawn.peers] == [
        ("kh-pv-1", False),
        ("kh-pv-2", True),
    ]
    assert (drawn.peers[0].x, drawn.peers[0].y) == pytest.approx(drawn.diagonal[2:])
    assert drawn.peers[1].y > drawn.peers[0].y
    assert peer_field([unknown]) is None
