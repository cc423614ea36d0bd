"""Reading profiles: TOML files beside this module, each checked against the metric catalog."""

import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from gateway.fields import ConfigError, Table
from gateway.profile import Encoding, Point, Profile, Segment, SunSpecModel, WordOrder
from ingest.contract.catalog import FAULT_WORD, metric
from ingest.contract.metric import DeviceClass

PROFILES: Final = Path(__file__).parent / "profiles"
READ_FUNCTIONS: Final = (3, 4)  # holding and input registers; no other function is ever sent

_HIGHEST_ADDRESS: Final = 0xFFFF
_MOST_REGISTERS: Final = 125  # in one request, Modbus Application Protocol V1.1b3
_BITS: Final = 16
_FAULT_BITS: Final = 32
_MOST_DECIMALS: Final = 9
# Values of points that a device does not implement, SunSpec Device Information Model, by type.
_UNIMPLEMENTED: Final[Mapping[Encoding, int]] = {
    Encoding.UINT16: 0xFFFF,
    Encoding.INT16: 0x8000,
    Encoding.UINT32: 0xFFFF_FFFF,
    Encoding.INT32: 0x8000_0000,
    Encoding.UINT64: 0xFFFF_FFFF_FFFF_FFFF,
    Encoding.ACC32: 0,
}

_Choice = TypeVar("_Choice", bound=StrEnum)


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
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(path, None, f"a readable file: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(path, None, f"TOML: {error}") from None
    table = Table(path, "", body)
    _check_head(path, table)
    profile = Profile(
        id=path.stem,
        device_classes=_device_classes(table),
        source=table.text("source"),
        accuracy=table.text("accuracy"),
        word_order=_choice(table, "word_order", WordOrder),
        layout=_model(table.table("sunspec")) if "sunspec" in body else _segments(table),
        points=(),
        faults=_faults(table.table("faults")),
    )
    return _with_points(profile, table)
