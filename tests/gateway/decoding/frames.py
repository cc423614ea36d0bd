"""Captured and made frames with what they are known to be; each row names its source."""

import csv
from dataclasses import dataclass
from pathlib import Path

VECTORS = Path(__file__).parent / "vectors"
_TOLD = {"true": True, "false": False, "n/a": None}


@dataclass(frozen=True, kw_only=True)
class Vector:
    frame: str
    crc_ok: bool | None
    length_ok: bool | None
    edition: str
    notes: str


def vectors(name: str) -> list[Vector]:
    with (VECTORS / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Vector(
            frame=row["frame"],
            crc_ok=_TOLD[row["crc_ok"]],
            length_ok=_TOLD[row["length_ok"]],
            edition=row["edition"],
            notes=row["notes"],
        )
        for row in rows
    ]


def noted(found: list[Vector], beginning: str) -> str:
    """The frame whose note begins so."""
    (frame,) = (each.frame for each in found if each.notes.startswith(beginning))
    return frame
