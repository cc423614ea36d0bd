from math import hypot

import pytest

from dashboards.board.map import Placed, Post, draw
from dashboards.board.states import State
from ingest.contract.identity import DeviceId


def placed(name: str, latitude: float, longitude: float) -> Placed:
    return Placed(
        device=DeviceId(name),
        label=name,
        state=State.REACHABLE,
        latitude=latitude,
        longitude=longitude,
    )


def test_north_is_up_and_east_is_right() -> None:
    drawn = draw([placed("south-west", 10.0, 103.0), placed("north-east", 10.1, 103.1)], [])

    assert drawn is not None
    low, high = drawn.dots
    assert low.x < high.x
    assert low.y > high.y


def test_a_kilometer_is_as_long_to_the_east_as_to_the_north() -> None:
    """At 60 degrees north a degree of longitude is half as long as one of latitude."""
    drawn = draw([placed("corner", 59.995, 10.0), placed("north", 60.005, 10.0)], [])
    aside = draw([placed("corner", 60.0, 10.0), placed("east", 60.0, 10.02)], [])

    assert drawn is not None
    assert aside is not None
    high = abs(drawn.dots[0].y - drawn.dots[1].y) / drawn.bar.width * drawn.bar.meters
    wide = abs(aside.dots[0].x - aside.dots[1].x) / aside.bar.width * aside.bar.meters
    assert high == pytest.approx(1_111.95, rel=1e-4)  # 0.01 deg of a great circle of 40 030 km
    assert wide == pytest.approx(high, rel=1e-4)


def test_the_scale_bar_is_a_round_length_that_fits() -> None:
    drawn = draw([placed("a", 10.0, 103.0), placed("b", 10.01, 103.0)], [])

    assert drawn is not None
    assert drawn.bar.meters in {100, 200, 500}
    assert 20 < drawn.bar.width <= 110


def test_devices_at_one_place_are_spread_so_that_each_can_be_seen() -> None:
    drawn = draw([placed(str(number), 10.0, 103.0) for number in range(30)], [])

    assert drawn is not None
    gaps = [
        hypot(one.x - other.x, one.y - other.y)
        for index, one in enumerate(drawn.dots)
        for other in drawn.dots[:index]
    ]
    assert min(gaps) > 5


def test_a_gateway_is_marked_where_it_stands() -> None:
    drawn = draw([placed("a", 10.0, 103.0)], [Post(gateway="gw", latitude=10.0, longitude=103.0)])

    assert drawn is not None
    assert [(mark.gateway, mark.x, mark.y) for mark in drawn.marks] == [
        ("gw", drawn.dots[0].x, drawn.dots[0].y)
    ]


def test_without_anything_there_is_no_map() -> None:
    assert draw([], []) is None
