"""Reading profiles: TOML files in the folder beside this module, checked against the catalog."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

from gateway.fields import Table, read_toml
from gateway.profile import Encoding, Layout, Profile, Segment, SunSpecModel, SunSpecScan, WordOrder
from gateway.profile_details import (
    read_candidates,
    read_clock,
    read_composed,
    read_details,
    read_faults,
    read_function,
    read_history,
    read_products,
    read_states,
)
from gateway.profile_points import read_points, within
from ingest.contract.catalog import FAULT_WORD
from ingest.contract.metric import DeviceClass

PROFILES: Final = Path(__file__).parent / "profiles"

_PROTOCOLS: Final = ("modbus",)
_HIGHEST_ADDRESS: Final = 0xFFFF
_MOST_REGISTERS: Final = 125  # in one request, Modbus Application Protocol V1.1b3


class UnknownProfileError(ValueError):
    """There is no profile of that id."""

    def __init__(self, profile: str, *, known: tuple[str, ...]) -> None:
        super().__init__(f"profile {profile!r} is unknown, there are {', '.join(known)}")
        self.profile = profile
        self.known = known


def load_profiles(folder: Path = PROFILES) -> dict[str, Profile]:
    """Return all profiles of a folder by id, or raise ConfigError."""
    return {path.stem: load_profile(path) for path in sorted(folder.glob("*.toml"))}


def named(profiles: Mapping[str, Profile], profile: str) -> Profile:
    """Return a profile by id, or raise UnknownProfileError."""
    if profile not in profiles:
        raise UnknownProfileError(profile, known=tuple(sorted(profiles)))
    return profiles[profile]


def load_profile(path: Path) -> Profile:
    """Read one profile, or raise ConfigError, which names file and field."""
    table = Table(path, "", read_toml(path))
    _check_head(path, table)
    device_classes = tuple(map(DeviceClass, table.choices("device_classes", [*DeviceClass])))
    layout = _layout(table, device_classes)
    scans = isinstance(layout, SunSpecScan)
    points = () if scans else read_points(table, layout, device_classes)
    metrics = (
        [each.name for each in layout.candidates]
        if isinstance(layout, SunSpecScan)
        else [point.metric for point in points]
    )
    composed = read_composed(table)
    faults = read_faults(table.table("faults")) | {each.bit: each.name for each in composed}
    profile = Profile(
        id=path.stem,
        device_classes=device_classes,
        source=table.text("source"),
        accuracy=table.text("accuracy"),
        word_order=_word_order(table),
        layout=layout,
        points=points,
        faults=faults,
        composed=composed,
        states=read_states(table.table("states"), metrics),
        products=read_products(table, metrics),
        details=() if scans else read_details(table),
        history=read_history(table),
        clock=read_clock(table),
    )
    if profile.faults and FAULT_WORD.name not in profile.metrics:
        raise table.error("faults", f"a point of {FAULT_WORD.name} beside them")
    _check_composed(table, profile)
    table.nothing_else()
    return profile


def _check_composed(table: Table, profile: Profile) -> None:
    """A fault word is composed where a point says so, of registers that are read."""
    composed = any(point.encoding is Encoding.COMPOSED for point in profile.points)
    if composed != bool(profile.composed):
        raise table.error("fault", f"a composed {FAULT_WORD.name} and its [[fault]], or neither")
    astray = [f for f in profile.composed if not within(profile.layout, f.place, 1)]
    if astray:
        raise table.error("fault", f"registers of a segment, not {astray[0].place}")


def _check_head(path: Path, table: Table) -> None:
    if table.text("id") != path.stem:
        raise table.error("id", f"the file's name, {path.stem}")
    if table.text("protocol") not in _PROTOCOLS:
        raise table.error("protocol", f"one of {', '.join(_PROTOCOLS)}")


def _word_order(table: Table) -> WordOrder:
    try:
        return WordOrder(table.text("word_order"))
    except ValueError:
        raise table.error("word_order", f"one of {', '.join(WordOrder)}") from None


def _layout(table: Table, device_classes: Sequence[DeviceClass]) -> Layout:
    if table.has("sunspec"):
        body = table.table("sunspec")
        if body.has("model"):
            return _model(body)
        scan = SunSpecScan(
            function=read_function(body), candidates=read_candidates(table, device_classes)
        )
        body.nothing_else()
        return scan
    segments = sorted(map(_segment, table.tables("segment")), key=lambda each: each.first)
    if any(one.last >= other.first for one, other in pairwise(segments)):
        raise table.error("segment", "segments that do not overlap")
    return tuple(segments)


def _model(table: Table) -> SunSpecModel:
    model = SunSpecModel(
        id=table.whole("model", 1, _HIGHEST_ADDRESS - 1),
        length=table.whole("length", 1, _MOST_REGISTERS - 2),
        function=read_function(table),
    )
    table.nothing_else()
    return model


def _segment(table: Table) -> Segment:
    first = table.whole("first", 0, _HIGHEST_ADDRESS)
    highest = min(first + _MOST_REGISTERS - 1, _HIGHEST_ADDRESS)
    segment = Segment(
        function=read_function(table), first=first, last=table.whole("last", first, highest)
    )
    table.nothing_else()
    return segment
