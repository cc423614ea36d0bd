"""How a zone's lamps fare: autonomy, depth of discharge, cut-offs, capacity, panel; and cloud.

A lamp is compared with its own days and with its neighbors' on the same days, so that neither
season nor weather is taken for a fault.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.daytable import DayTable
from analytics.lighting.design import design
from analytics.windows import NORMAL
from ingest.contract.identity import DeviceId

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_MILLI: Final = 1_000
_FEWEST_PEERS: Final = 5
_FEWEST_DAYS: Final = 5
_DAYS_A_TREND: Final = 30
_TWENTY_FOUR_VOLTS: Final = 18.0  # a battery that stands above it has twice the cells
_LEAST_SWING: Final = 0.05  # of the state of charge, below which it tells no capacity


@dataclass(frozen=True, slots=True, kw_only=True)
class LampHealth:
    """One lamp over some days; None where too little was measured."""

    device: DeviceId
    nights: int
    depth_of_discharge: float | None  # median of the nights, share of the state of charge
    capacity_wh: float | None  # what the swing of the state of charge amounts to, median
    capacity_trend: float | None  # change of that per 30 days, share
    autonomy_nights: float | None  # usable capacity over a mean night
    cutoffs: int | None  # nights down to the low-voltage disconnect
    panel: float | None  # charge of the neighbors' median, median of the days

    @property
    def panel_low(self) -> bool:
        """Tell whether its panel gives clearly less than its neighbors'."""
        return self.panel is not None and self.panel < design("panel_low_below")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Table:
    """Battery days side by side, NaN where not measured; rows are lamps, columns are days."""

    charged: Floats
    served: Floats
    swing: Floats
    lowest_v: Floats
    highest_v: Floats


def lamp_health(lamps: Sequence[DeviceId], facts: DayTable) -> list[LampHealth]:
    """Return how lamps of one zone fared over the days of their battery days."""
    table = _table(lamps, facts)
    if not table.charged.size:
        return []
    peers = _median_by_day(table.charged)
    panel = np.divide(
        table.charged, peers, out=np.full_like(table.charged, np.nan), where=peers > 0
    )
    return [_health(device, row, table, panel[row]) for row, device in enumerate(lamps)]


def _health(device: DeviceId, row: int, table: _Table, panel: Floats) -> LampHealth:
    served, swing = table.served[row], table.swing[row]
    wide = swing >= _LEAST_SWING
    capacity = np.divide(served, swing, out=np.full_like(served, np.nan), where=wide)
    whole, night = _median(capacity, fewest=_FEWEST_DAYS), _mean(served)
    usable = None if whole is None else whole * design("usable_share")
    return LampHealth(
        device=device,
        nights=int(np.count_nonzero(~np.isnan(served))),
        depth_of_discharge=_median(swing),
        capacity_wh=whole,
        capacity_trend=_trend(capacity),
        autonomy_nights=usable / night if usable is not None and night else None,
        cutoffs=_cutoffs(table.lowest_v[row], table.highest_v[row]),
        panel=_median(panel, fewest=_FEWEST_DAYS),
    )


def _cutoffs(lowest_v: Floats, highest_v: Floats) -> int | None:
    if np.isnan(lowest_v).all():
        return None
    twelves = np.where(np.nan_to_num(highest_v) > _TWENTY_FOUR_VOLTS, 2, 1)
    return int(np.count_nonzero(lowest_v <= twelves * design("cutoff_12v")))


def cloudy_days(facts: DayTable) -> set[date]:
    """Return the days on which a zone's panels gave less than half of what they gave before.

    A day is held against the median of the 60 days up to it, of the lamps' median each.

    Args:
        facts: Battery days of the zone's lamps.
    """
    days, middle = _middle_by_day(facts.where(facts.known("charged_mwh")))
    since = np.searchsorted(days, days - NORMAL.days, side="right")
    usual = [np.median(middle[first : last + 1]) for last, first in enumerate(since.tolist())]
    cloudy = days[middle < design("cloudy_below") * np.array(usual, np.float64)]
    return {date.fromordinal(day) for day in cloudy.tolist()}


def _middle_by_day(facts: DayTable) -> tuple[Integers, Floats]:
    """Return the days with a charge, ascending, and the lamps' median of each. [mWh]"""
    order = np.argsort(facts.day, kind="stable")
    days, starts = np.unique(facts.day[order], return_index=True)
    charges = np.split(facts["charged_mwh"][order], starts[1:]) if len(days) else []
    return days, np.array([np.median(own) for own in charges], np.float64)


def beyond_design(cloudy: set[date], days: Iterable[date]) -> set[date]:
    """Return the nights that come after more cloudy days in a row than lamps are designed for."""
    most = round(design("autonomy"))
    return {
        night
        for night in days
        if all(night - timedelta(days=back) in cloudy for back in range(most + 1))
    }


def _table(lamps: Sequence[DeviceId], facts: DayTable) -> _Table:
    number = {device: row for row, device in enumerate(lamps)}
    row = np.array([number.get(name, -1) for name in facts.names], np.int64)[facts.device]
    days, column = np.unique(facts.day, return_inverse=True)
    own = row >= 0

    def of(name: str) -> Floats:
        cells = np.full((len(lamps), len(days)), np.nan)
        cells[row[own], column[own]] = facts.measured(name)[own] / _MILLI
        return cells

    return _Table(
        charged=of("charged_mwh"),
        served=of("served_mwh"),
        swing=of("highest_permille") - of("lowest_permille"),
        lowest_v=of("lowest_mv"),
        highest_v=of("highest_mv"),
    )


def _median_by_day(values: Floats) -> Floats:
    """Return each day's median over the lamps, NaN where there are too few peers."""
    enough = np.count_nonzero(~np.isnan(values), axis=0) > _FEWEST_PEERS
    result = np.full(values.shape[1], np.nan)
    if enough.any():
        result[enough] = np.nanmedian(values[:, enough], axis=0)
    return result


def _median(values: Floats, *, fewest: int = 1) -> float | None:
    there = values[~np.isnan(values)]
    return float(np.median(there)) if len(there) >= fewest else None


def _mean(values: Floats) -> float | None:
    there = values[~np.isnan(values)]
    return float(np.mean(there)) if len(there) else None


def _trend(capacity: Floats) -> float | None:
    """Return the median slope between all pairs of days, per 30 days and of the median."""
    there = np.flatnonzero(~np.isnan(capacity))
    if len(there) < _DAYS_A_TREND:
        return None
    first, second = np.triu_indices(len(there), 1)
    slopes = (capacity[there[second]] - capacity[there[first]]) / (there[second] - there[first])
    return float(np.median(slopes)) * _DAYS_A_TREND / float(np.median(capacity[there]))
