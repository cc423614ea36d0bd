"""SunSpec's models as its own definitions have them: where each point stands, and how.

SunSpec Device Information Model definitions, as data in the package pysunspec2 (Apache-2.0).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from gateway.profile import Encoding

_ENCODINGS: Final[Mapping[str, Encoding]] = {
    "uint16": Encoding.UINT16,
    "enum16": Encoding.UINT16,
    "bitfield16": Encoding.UINT16,
    "count": Encoding.UINT16,
    "int16": Encoding.INT16,
    "sunssf": Encoding.INT16,
    "acc16": Encoding.ACC16,
    "uint32": Encoding.UINT32,
    "enum32": Encoding.UINT32,
    "bitfield32": Encoding.UINT32,
    "int32": Encoding.INT32,
    "acc32": Encoding.ACC32,
    "float32": Encoding.FLOAT32,
    "uint64": Encoding.UINT64,
    "acc64": Encoding.ACC64,
}
_TEXT: Final = "string"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A point of a model."""

    name: str
    offset: int  # from the model's id, or from the start of the repeated block
    registers: int
    encoding: Encoding | None  # None: a text, or what no profile can use
    is_text: bool
    scale_factor: str | int | None  # a point of the model's fixed part, or the factor itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model: points of its fixed part, and of the block that is repeated behind it."""

    id: int
    fixed: Mapping[str, Definition]
    repeated: Mapping[str, Definition]
    fixed_registers: int
    repeated_registers: int  # of one block, 0 where there is none

    def blocks(self, length: int) -> int:
        """Return how many repeated blocks a model of a length (id and length not counted) has."""
        if not self.repeated_registers:
            return 0
        return max(0, length + 2 - self.fixed_registers) // self.repeated_registers


@cache
def model(number: int) -> Model | None:
    """Return a model's definition, None where SunSpec has none of that number."""
    file = files("sunspec2") / "models" / "json" / f"model_{number}.json"
    if not file.is_file():
        return None
    group: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["group"]
    fixed = list(_definitions(group["points"]))
    inner = group.get("groups", [])
    repeated = list(_definitions(inner[0]["points"])) if len(inner) == 1 else []
    return Model(
        id=number,
        fixed={each.name: each for each in fixed},
        repeated={each.name: each for each in repeated},
        fixed_registers=sum(each.registers for each in fixed),
        repeated_registers=sum(each.registers for each in repeated),
    )


def _definitions(points: list[dict[str, Any]]) -> Iterator[Definition]:
    offset = 0
    for point in points:
        yield Definition(
            name=point["name"],
            offset=offset,
            registers=point["size"],
            encoding=_ENCODINGS.get(point["type"]),
            is_text=point["type"] == _TEXT,
            scale_factor=point.get("sf"),
        )
        offset += point["size"]
