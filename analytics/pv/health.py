"""How a zone's PV sets fare: yield, performance ratio, ratio to peers, and what is seen of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.daytable import DayTable, Mask
from analytics.pv.days import pv_table
from analytics.pv.peers import Compared, compare, low
from analytics.pv.signs import Sign, clips, sign
from analytics.pv.yields import performance_ratio
from analytics.thresholds import threshold
from ingest.contract.identity import DeviceId
from ingest.registry.model import Device, GridConnection

Floats = npt.NDArray[np.float64]

_MWH_A_KWH: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PvHealth:
    """One set over some days; None where too little was measured."""

    device: DeviceId
    days: int  # whole ones
    yield_kwh_kwp: float | None  # of the last whole day
    reference_kwh_kwp: float | None  # what its peers gave on that day
    ratio: float | None  # to peers, of its own normal, median of the last five days
    confident: bool  # whether it has peers enough; else it is held against a clear sky
    performance_ratio: float | None  # with a sensor only
    low: bool
    sign: Sign | None
    clips: bool


def pv_health(
    devices: Sequence[Device],
    positions: Sequence[tuple[float, float]],
    days: Sequence[date],
    *,
    uptime: DayTable,
    facts: DayTable,
    clear_sky: Floats,
) -> list[PvHealth]:
    """Return how sets of one zone fare. Off the grid, yield follows demand: those are left out.

    Args:
        devices: PV sets; without a rated power nothing can be compared.
        positions: Latitude and longitude of each. [deg]
        days: Consecutive days.
        uptime: Their uptime days.
        facts: Their PV days.
        clear_sky: The most a set could give on each day. [kWh/kWp] Shape (n, d).
    """
    if not devices:
        return []
    yields = whole_yields(devices, days, uptime)
    latitude, longitude = np.array(positions, np.float64).T
    compared = compare(yields, latitude, longitude, clear_sky=clear_sky)
    own, nothing = dict(facts.apart()), pv_table()
    return [
        _health(device, yields[row], compared, row, own.get(device.id, nothing))
        for row, device in enumerate(devices)
    ]


def whole_yields(devices: Sequence[Device], days: Sequence[date], uptime: DayTable) -> Floats:
    """Return yields of whole days, NaN elsewhere. [kWh/kWp]"""
    number = {
        device.id: row
        for row, device in enumerate(devices)
        if device.grid_connection is not GridConnection.OFF and device.rated_power_w
    }
    whole = uptime.where(_is_whole(uptime)).between(days[0], days[-1])
    row = np.array([number.get(name, -1) for name in whole.names], np.int64)[whole.device]
    column, told = whole.day - days[0].toordinal(), row >= 0
    rated_kw = np.array([float(device.rated_power_w or 1) / 1_000 for device in devices])
    result = np.full((len(devices), len(days)), np.nan)
    kwh = whole["counter_mwh"][told] / _MWH_A_KWH
    result[row[told], column[told]] = kwh / rated_kw[row[told]]
    return result


def _is_whole(facts: DayTable) -> Mask:
    """Tell which days were heard nearly whole, and by a counter that tells of no other day."""
    told, heard = facts.filled("counter_mwh"), facts.filled("gauge_mwh")
    known_s = facts["up_s"] + facts["known_down_s"]
    long_enough = known_s >= threshold("pv_whole_share") * facts["base_s"]
    alike = np.abs(told - heard) <= threshold("pv_alike_share") * np.maximum(heard, told)
    found: Mask = facts.known("counter_mwh") & long_enough & alike
    return found


def _health(
    device: Device, yields: Floats, compared: Compared, row: int, facts: DayTable
) -> PvHealth:
    ratio = compared.ratio[row]
    known = np.flatnonzero(~np.isnan(yields))
    last = int(known[-1]) if len(known) else None
    recent = ratio[~np.isnan(ratio)][-5:]
    return PvHealth(
        device=device.id,
        days=len(known),
        yield_kwh_kwp=None if last is None else float(yields[last]),
        reference_kwh_kwp=None if last is None else _known(compared.reference[row, last]),
        ratio=float(np.median(recent)) if len(recent) else None,
        confident=bool(compared.confident[row]),
        performance_ratio=_performance(yields, facts),
        low=low(ratio[~np.isnan(ratio)]),
        sign=sign(ratio),
        clips=clips(facts.measured("highest_w"), facts["flat_hours"].astype(np.float64)),
    )


def _performance(yields: Floats, facts: DayTable) -> float | None:
    light = int(facts.filled("irradiation_wh_m2").sum()) / 1_000
    whole = int(np.count_nonzero(facts.known("irradiation_wh_m2")))
    if not whole or whole != np.count_nonzero(~np.isnan(yields)):
        return None
    return performance_ratio(float(np.nansum(yields)), 1.0, light)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
