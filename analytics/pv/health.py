"""How a zone's PV sets fare: yield, performance ratio, ratio to peers, and what is seen of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from analytics.pv.days import PvDay
from analytics.pv.peers import Compared, compare, low
from analytics.pv.signs import Sign, clips, sign
from analytics.pv.yields import performance_ratio
from analytics.thresholds import threshold
from analytics.uptime.days import UptimeDay
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
    uptime: Iterable[UptimeDay],
    facts: Iterable[PvDay],
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
    own: dict[DeviceId, list[PvDay]] = {}
    for fact in facts:
        own.setdefault(fact.device, []).append(fact)
    return [
        _health(device, yields[row], compared, row, own.get(device.id, []))
        for row, device in enumerate(devices)
    ]


def whole_yields(
    devices: Sequence[Device], days: Sequence[date], uptime: Iterable[UptimeDay]
) -> Floats:
    """Return yields of whole days, NaN elsewhere. [kWh/kWp]"""
    column = {day: number for number, day in enumerate(days)}
    row = {
        device.id: number
        for number, device in enumerate(devices)
        if device.grid_connection is not GridConnection.OFF and device.rated_power_w
    }
    result = np.full((len(devices), len(days)), np.nan)
    for fact in uptime:
        place = row.get(fact.device, -1), column.get(fact.day, -1)
        if min(place) >= 0 and _is_whole(fact):
            rated = devices[place[0]].rated_power_w or 1
            result[place] = (fact.counter_mwh or 0) / _MWH_A_KWH / (float(rated) / 1_000)
    return result


def _is_whole(fact: UptimeDay) -> bool:
    """Tell whether a day was heard nearly whole, and its counter tells of no other day."""
    if (
        fact.counter_mwh is None
        or fact.up_s + fact.known_down_s < threshold("pv_whole_share") * fact.base_s
    ):
        return False
    heard = fact.gauge_mwh or 0
    return abs(fact.counter_mwh - heard) <= threshold("pv_alike_share") * max(
        heard, fact.counter_mwh
    )


def _health(
    device: Device, yields: Floats, compared: Compared, row: int, facts: Sequence[PvDay]
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
        clips=_clips(facts),
    )


def _performance(yields: Floats, facts: Sequence[PvDay]) -> float | None:
    light = sum(fact.irradiation_wh_m2 or 0 for fact in facts) / 1_000
    whole = sum(fact.irradiation_wh_m2 is not None for fact in facts)
    if not whole or whole != np.count_nonzero(~np.isnan(yields)):
        return None
    return performance_ratio(float(np.nansum(yields)), 1.0, light)


def _clips(facts: Sequence[PvDay]) -> bool:
    highest = [np.nan if fact.highest_w is None else fact.highest_w for fact in facts]
    return clips(np.array(highest, np.float64), np.array([f.flat_hours for f in facts], np.float64))


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
