"""Delivery: how far each lot has come, from signed to proven, and how many pieces of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics.result import ZoneResult
from analytics.thresholds import threshold
from analytics.uptime.fleet import Fleet
from ingest.contract.identity import ZoneId
from ingest.registry.model import Lot


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """A lot, and what of it is registered, online and proven on the last whole day."""

    lot: Lot
    registered: int
    online: int  # heard at all
    proven: int  # did what was asked of it, or a counter proved so
    on: date | None  # that day; None where none has passed


def delivered(lots: Iterable[Lot], results: Iterable[ZoneResult]) -> list[Delivered]:
    """Return how far lots have come; what nobody registered is neither online nor proven."""
    by_zone: Mapping[ZoneId, ZoneResult] = {result.zone.id: result for result in results}
    return [_delivered(lot, by_zone.get(lot.zone)) for lot in lots]


def _delivered(lot: Lot, result: ZoneResult | None) -> Delivered:
    fleet = None if result is None else result.fleets.get(lot.device_class)
    if result is None or fleet is None:
        return Delivered(lot=lot, registered=0, online=0, proven=0, on=None)
    rows = np.flatnonzero([device.lot == lot.id for device in fleet.grid.devices])
    column = _last_whole_day(fleet)
    if column is None:
        return Delivered(lot=lot, registered=len(rows), online=0, proven=0, on=None)
    grid = fleet.grid
    up = (grid.up + grid.proven)[rows, column]
    heard = up + grid.known_down[rows, column]
    due = grid.due[rows, column]
    return Delivered(
        lot=lot,
        registered=len(rows),
        online=int(np.count_nonzero(heard > 0)),
        proven=int(np.count_nonzero((due > 0) & (up >= threshold("delivery_nearly") * due))),
        on=grid.days[column],
    )


def _last_whole_day(fleet: Fleet) -> int | None:
    """Return the column of the last day that has passed, or of the only one that has begun."""
    begun = np.flatnonzero(fleet.grid.due.any(axis=0))
    if not len(begun):
        return None
    return int(begun[-2]) if len(begun) > 1 and not fleet.last_is_whole else int(begun[-1])
