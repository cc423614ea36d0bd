"""The station map: which metric a station's codes are, and in which unit it sends them, as data.

A value at an instant is the metric itself; means over a minute and an hour are metrics of their
own. A code may be the maker's; the standard's older codes are looked up in its table.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

from gateway.drivers.hj212.codes import meaning
from gateway.drivers.hj212.units import factor
from gateway.drivers.hj212.values import HOURS, MINUTES, REAL_TIME
from gateway.fields import ConfigError, Table, read_toml
from ingest.contract.catalog import metric
from ingest.contract.metric import DeviceClass

MAPS: Final = Path(__file__).parent / "maps"
_SAME: Final = (1, 1)
_MOST_CODES: Final = 250  # remembered; what a kind of station sends is a few dozen
_SUFFIXES: Final[Mapping[str, str]] = {REAL_TIME: "", MINUTES: "_1min", HOURS: "_1h"}

Meaning: TypeAlias = tuple[str, tuple[int, int] | None]  # a metric, and what makes its unit


@dataclass(frozen=True, slots=True, kw_only=True)
class StationPoint:
    """A code: what it is, the unit it is sent in, and what makes the catalog's unit of it."""

    code: str
    metric: str
    unit: str
    by: tuple[int, int]  # multiplier and divisor


@dataclass(frozen=True, slots=True, kw_only=True)
class StationMap:
    """What a kind of station measures."""

    id: str
    device_classes: tuple[DeviceClass, ...]
    systems: tuple[str, ...]  # ST
    source: str
    accuracy: str  # what the source says of it
    points: Mapping[str, StationPoint]  # by code

    def point(self, code: str, system: str) -> StationPoint | None:
        """Return what a code is in frames of a system, None where the map does not have it."""
        found = self.points.get(code)
        if found is None and (known := meaning(code, system)) is not None:
            found = self.points.get(known.code)
        return found

    def metric_of(self, point: StationPoint, command: str, *, plain: str) -> str | None:
        """Return the metric of a command's values, None where the catalog has none for them.

        `plain` is the command whose values are the metric itself: real-time data, unless a
        station sends means only.
        """
        suffix = "" if command == plain else _SUFFIXES.get(command)
        name = None if suffix is None else point.metric + suffix
        known = name is not None and metric(self.device_classes[0], name) is not None
        return name if known else None

    def with_units(self, units: Mapping[str, str]) -> "StationMap":
        """Return the map of a station that sends some codes in other units, or raise KeyError."""
        points = dict(self.points)
        for code, unit in units.items():
            known = points[code]
            by = factor(unit, _unit(self.device_classes[0], known.metric))
            if by is None:
                raise KeyError(unit)
            points[code] = replace(known, unit=unit, by=by)
        return replace(self, points=points)

    @property
    def metrics(self) -> tuple[str, ...]:
        """What stations of the kind measure, means included."""
        names = (point.metric + mean for mean in _SUFFIXES.values() for point in self._all())
        known = (name for name in names if metric(self.device_classes[0], name) is not None)
        return tuple(dict.fromkeys(known))

    def _all(self) -> tuple[StationPoint, ...]:
        return tuple(self.points.values())


class Meanings(dict[str, Meaning | None]):
    """What codes are in frames of a command and a system, each looked up in a map once."""

    def __init__(self, station_map: StationMap, plain: str, command: str, system: str) -> None:
        super().__init__()
        self._map = station_map
        self._plain = plain
        self._command = command
        self._system = system

    def __missing__(self, code: str) -> Meaning | None:
        point = self._map.point(code, self._system)
        name = point and self._map.metric_of(point, self._command, plain=self._plain)
        meant = (name, None if point.by == _SAME else point.by) if point and name else None
        if len(self) < _MOST_CODES:
            self[code] = meant
        return meant


def _unit(device_class: DeviceClass, name: str) -> str:
    known = metric(device_class, name)
    if known is None:
        raise KeyError(name)
    return known.unit


@cache
def load_maps(folder: Path = MAPS) -> Mapping[str, StationMap]:
    """Return all maps of a folder by id, or raise ConfigError."""
    return {path.stem: load_map(path) for path in sorted(folder.glob("*.toml"))}


def load_map(path: Path) -> StationMap:
    """Read one map, or raise ConfigError, which names file and field."""
    table = Table(path, "", read_toml(path))
    if table.text("id") != path.stem:
        raise table.error("id", f"the file's name, {path.stem}")
    if table.text("protocol") != "hj212":
        raise table.error("protocol", "hj212")
    classes = tuple(map(DeviceClass, table.choices("device_classes", [*DeviceClass])))
    points = [_point(each, classes) for each in table.tables("point")]
    station_map = StationMap(
        id=path.stem,
        device_classes=classes,
        systems=table.choices("systems", [str(number) for number in range(10, 100)]),
        source=table.text("source"),
        accuracy=table.text("accuracy"),
        points={point.code: point for point in points},
    )
    table.nothing_else()
    if len(station_map.points) < len(points):
        raise ConfigError(path, "point.code", "each code once")
    return station_map


def _point(table: Table, device_classes: tuple[DeviceClass, ...]) -> StationPoint:
    name, unit = table.text("metric"), table.text("unit")
    known = metric(device_classes[0], name)
    if known is None or any(metric(each, name) != known for each in device_classes):
        raise table.error("metric", f"a metric of a {', a '.join(device_classes)}, not {name}")
    by = factor(unit, known.unit)
    if by is None:
        raise table.error("unit", f"one that can be made {known.unit}, not {unit}")
    point = StationPoint(code=table.text("code"), metric=name, unit=unit, by=by)
    table.nothing_else()
    return point


@cache
def usual_map(system: str) -> StationMap | None:
    """Return the map that frames of a system (ST) usually follow; None where there is none."""
    return next((each for each in load_maps().values() if system in each.systems), None)
