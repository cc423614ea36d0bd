"""Reading profiles: TOML files in the folder beside this module, checked against the catalog."""

import tomllib
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final

from gateway.fields import ConfigError, Table
from gateway.profile import Layout, Profile, Segment, SunSpecModel, WordOrder
from gateway.profile_points import read_points
from ingest.contract.catalog import FAULT_WORD
from ingest.contract.metric import DeviceClass

PROFILES: Final = Path(__file__).parent / "profiles"
READ_FUNCTIONS: Final = (3, 4)  # holding and input registers; no other function is ever sent

_PROTOCOLS: Final = ("modbus",)
_HIGHEST_ADDRESS: Final = 0xFFFF
_MOST_REGISTERS: Final = 125  # in one request, Modbus Application Protocol V1.1b3
_FAULT_BITS: Final = 32


class UnknownProfileError(ValueError):
    """There is no profile of that id."""

    def __init__(self, profile: str, *, known: tuple[str, ...]) -> None:
        super().__init__(f"profile {profile!r} is unknown, there are {', '.join(known)}")
        self.profile = profile
        self.known = known


class _ProfileTable(Table):
    """The whole of a profile file."""

    def device_classes(self, key: str) -> tuple[DeviceClass, ...]:
        """Take a list of device classes."""
        value = self._take(key, None)
        known = [str(each) for each in DeviceClass]
        if not isinstance(value, list) or not value or not all(each in known for each in value):
            raise self.error(key, f"a list of {', '.join(known)}")
        return tuple(DeviceClass(each) for each in value)

    def has(self, key: str) -> bool:
        """Tell whether a key is there."""
        return key in self._body


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
    table = _ProfileTable(path, "", _read(path))
    _check_head(path, table)
    device_classes = table.device_classes("device_classes")
    layout = _layout(table)
    profile = Profile(
        id=path.stem,
        device_classes=device_classes,
        source=table.text("source"),
        accuracy=table.text("accuracy"),
        word_order=_word_order(table),
        layout=layout,
        points=read_points(table, layout, device_classes),
        faults=_faults(table.table("faults")),
    )
    if profile.faults and FAULT_WORD.name not in profile.metrics:
        raise table.error("faults", f"a point of {FAULT_WORD.name} beside them")
    table.nothing_else()
    return profile


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(path, None, f"a readable file: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, None, f"TOML: {error}") from None


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


def _layout(table: _ProfileTable) -> Layout:
    if table.has("sunspec"):
        return _model(table.table("sunspec"))
    segments = sorted(map(_segment, table.tables("segment")), key=lambda each: each.first)
    if any(one.last >= other.first for one, other in pairwise(segments)):
        raise table.error("segment", "segments that do not overlap")
    return tuple(segments)


def _model(table: Table) -> SunSpecModel:
    model = SunSpecModel(
        id=table.whole("model", 1, _HIGHEST_ADDRESS - 1),
        length=table.whole("length", 1, _MOST_REGISTERS - 2),
        function=_function(table),
    )
    table.nothing_else()
    return model


def _segment(table: Table) -> Segment:
    first = table.whole("first", 0, _HIGHEST_ADDRESS)
    highest = min(first + _MOST_REGISTERS - 1, _HIGHEST_ADDRESS)
    segment = Segment(
        function=_function(table), first=first, last=table.whole("last", first, highest)
    )
    table.nothing_else()
    return segment


def _function(table: Table) -> int:
    function = table.whole("function", 1, 127)
    if function not in READ_FUNCTIONS:
        raise table.error("function", "3 or 4, which only read")
    return function


def _faults(table: Table) -> dict[int, str]:
    named_bits = {bit: table.text(str(bit), default="") for bit in range(_FAULT_BITS)}
    table.nothing_else()
    return {bit: fault for bit, fault in named_bits.items() if fault}
