"""A zone's map as geometry: where devices and gateways stand, drawn without tiles, north up.

An equirectangular projection about the middle of what is shown; over a zone's few kilometers its
error is below a dot's size. One degree of latitude is taken as 111.2 km (mean Earth radius
6371.0 km, IUGG).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, radians, sin
from typing import Final

from dashboards.board.states import State
from ingest.contract.identity import DeviceId

WIDTH: Final = 440.0
HEIGHT: Final = 300.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 28.0, 396.0, 28.0, 250.0  # beside: north arrow, scale bar
_METERS_A_DEGREE: Final = 6_371_000 * pi / 180
_SMALLEST_M: Final = 50.0  # shown across, even where all stand in one place
_STACKED: Final = 7.0  # between dots at the same place
_GOLDEN: Final = pi * (3 - 5**0.5)
_LONGEST_BAR: Final = WIDTH / 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A device at a position. [deg]"""

    device: DeviceId
    label: str
    state: State
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A gateway at a position. [deg]"""

    gateway: str
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A device on the map."""

    device: DeviceId
    label: str
    state: State
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A gateway on the map."""

    gateway: str
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """The scale bar: its width in the drawing, and what that is on the ground."""

    width: float
    meters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Map:
    """A zone from above."""

    dots: tuple[Dot, ...]
    marks: tuple[Mark, ...]
    bar: Bar


def draw(placed: Sequence[Placed], posts: Sequence[Post]) -> Map | None:
    """Return the map of devices and gateways, or None where there is nothing to show."""
    everything = [(one.latitude, one.longitude) for one in placed]
    everything += [(post.latitude, post.longitude) for post in posts]
    if not everything:
        return None
    ground = _Ground.of(everything)
    seen: dict[tuple[float, float], int] = {}
    return Map(
        dots=tuple(_dot(one, ground, seen) for one in placed),
        marks=tuple(_mark(post, ground) for post in posts),
        bar=_bar(ground.scale),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    latitude: float
    longitude: float
    scale: float  # per meter

    @classmethod
    def of(cls, positions: Sequence[tuple[float, float]]) -> "_Ground":
        south, north = min(p[0] for p in positions), max(p[0] for p in positions)
        west, east = min(p[1] for p in positions), max(p[1] for p in positions)
        latitude = (south + north) / 2
        high = (north - south) * _METERS_A_DEGREE
        wide = (east - west) * _METERS_A_DEGREE * cos(radians(latitude))
        return cls(
            latitude=latitude,
            longitude=(west + east) / 2,
            scale=min(
                (_RIGHT - _LEFT) / max(wide, _SMALLEST_M),
                (_BOTTOM - _TOP) / max(high, _SMALLEST_M),
            ),
        )

    def at(self, latitude: float, longitude: float) -> tuple[float, float]:
        east = (longitude - self.longitude) * cos(radians(self.latitude)) * _METERS_A_DEGREE
        north = (latitude - self.latitude) * _METERS_A_DEGREE
        middle_x, middle_y = (_LEFT + _RIGHT) / 2, (_TOP + _BOTTOM) / 2
        return middle_x + east * self.scale, middle_y - north * self.scale


def _dot(one: Placed, ground: _Ground, seen: dict[tuple[float, float], int]) -> Dot:
    x, y = ground.at(one.latitude, one.longitude)
    place = (round(x), round(y))
    number = seen[place] = seen.get(place, -1) + 1
    # Devices at one place are spread around it like the seeds of a sunflower.
    away, turn = _STACKED * number**0.5, number * _GOLDEN
    return Dot(
        device=one.device,
        label=one.label,
        state=one.state,
        x=x + away * cos(turn),
        y=y + away * sin(turn),
    )


def _mark(post: Post, ground: _Ground) -> Mark:
    x, y = ground.at(post.latitude, post.longitude)
    return Mark(gateway=post.gateway, x=x, y=y)


def _bar(scale: float) -> Bar:
    steps = [factor * 10**power for power in range(6) for factor in (1, 2, 5)]
    meters = max((step for step in steps if step * scale <= _LONGEST_BAR), default=1)
    return Bar(width=meters * scale, meters=meters)
