"""Entering a file's rows: what is there already is left out, what it replaces is told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from ingest.contract.chunk import Part
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.entered import Sheet, only_rows
from ingest.registry.registry import Registry
from ingest.storage.port import ReadingStore


class _Row(StrEnum):
    FRESH = "fresh"
    REPEATED = "repeated"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """What becomes of a file's rows."""

    rows: int
    devices: int
    fresh: int  # not known before
    repeated: int  # stored already, to the digit: left out
    replaced: int  # stored before with another value


def compared(
    sheet: Sheet, *, store: ReadingStore, registry: Callable[[], Registry]
) -> tuple[Entering, Sheet]:
    """Return what becomes of a file's rows, and those of them that are to be written."""
    kept: list[Part] = []
    verdicts: list[_Row] = []
    for part in sheet.parts:
        device = registry().device(part.device)
        told = list(_verdicts(part, device.device_class, store)) if device else []
        verdicts += told or [_Row.FRESH] * len(part.number)
        wanted = [row for row, verdict in enumerate(told) if verdict is not _Row.REPEATED]
        fresh = only_rows(part, wanted if told else range(len(part.number)))
        kept += [fresh] if fresh is not None else []
    entering = Entering(
        rows=len(verdicts),
        devices=len(sheet.parts),
        fresh=verdicts.count(_Row.FRESH),
        repeated=verdicts.count(_Row.REPEATED),
        replaced=verdicts.count(_Row.REPLACED),
    )
    return entering, replace(sheet, parts=tuple(kept))


def _verdicts(part: Part, device_class: DeviceClass, store: ReadingStore) -> Iterator[_Row]:
    """Yield what a row is beside what the store holds of its device and instant."""
    span = Period(min(part.measured_at) * 1_000, max(part.measured_at) * 1_000 + 1)
    block = store.read(device_class, [part.device], span)
    place = {at: row for row, at in enumerate(block.measured_at.tolist())}
    for row, at in enumerate(part.measured_at):
        known = place.get(at * 1_000)
        pairs = [
            (column[row], float(block.values[name][known]) if name in block.values else np.nan)
            for name, column in part.values.items()
            if column[row] is not None and known is not None
        ]
        if any(was == was and was != said for said, was in pairs):  # noqa: PLR0124 - NaN is not there
            yield _Row.REPLACED
        elif pairs and all(said == was for said, was in pairs):
            yield _Row.REPEATED
        else:
            yield _Row.FRESH
