"""A device's clock judged by the sun: PV output is symmetric about noon, lamps come on at dusk.

A clock that runs ahead dates what it says too late, so noon and dusk seem to come late. The finding
is never applied: a person states an offset in the registry, or the readings stay in doubt. Sun
times as in analytics.night.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median

import numpy as np
import numpy.typing as npt

from analytics.night import Pole, darkness
from analytics.thresholds import threshold
from ingest.contract.period import DAY_US

Instants = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]


class Witness(StrEnum):
    """What the clock was held against."""

    PV_NOON = "pv_noon"
    LAMP_DUSK = "lamp_dusk"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFinding:
    """How a device's clock stands to the sun, from several days."""

    witness: Witness
    days: int
    seen_s: int  # the median: how much later than by the sun things seem to happen
    suspected_offset_s: int  # to the half hour; 0 where the clock seems right


def pv_noons(measured_at: Instants, power: Values, nights: Mapping[date, "Sun"]) -> list[int]:
    """Return, per day, how long after the sun's noon the middle of the output lies. [s]

    The middle is the time by which half of the day's energy was made, which neither a cut peak nor
    a curtailed one moves as long as the day is symmetric.

    Args:
        measured_at: Ascending, as the device dated them. [microseconds, UTC], shape (n,)
        power: What the panel gave; NaN where missing. [W], shape (n,)
        nights: The sun of each day.
    """
    found: list[int] = []
    for sun in nights.values():
        within = (measured_at >= sun.noon - DAY_US // 2) & (measured_at < sun.noon + DAY_US // 2)
        middle = _middle(measured_at[within], power[within])
        if middle is not None:
            found.append(round((middle - sun.noon) / 1e6))
    return found


def lamp_dusks(switched_on: Collection[int], nights: Mapping[date, "Sun"]) -> list[int]:
    """Return, per day, how long after sunset a lamp came on. [s]

    Args:
        switched_on: When the lamp went from dark to lit, as it dated that. [microseconds, UTC]
        nights: The sun of each day.
    """
    found: list[int] = []
    for sun in nights.values():
        near = [at for at in switched_on if abs(at - sun.sunset) <= DAY_US // 2]
        if near:
            found.append(round((min(near, key=lambda at: abs(at - sun.sunset)) - sun.sunset) / 1e6))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Sun:
    """When the sun is highest and when it sets, on a local day. [microseconds, UTC]"""

    noon: int
    sunset: int


def suns(pole: Pole, first: date, last: date) -> dict[date, Sun]:
    """Return the sun of every local day from first to last, both included."""
    dark = darkness(pole, first - timedelta(days=1), last)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return {
        day: Sun(
            noon=(dark[day - timedelta(days=1)].end + dark[day].start) // 2,
            sunset=dark[day].start,
        )
        for day in days
    }


def judged_by_sun(
    seen_s: Sequence[int], witness: Witness, *, usual_s: int = 0
) -> ClockFinding | None:
    """Return what several days say of a clock, None where they are too few or disagree.

    Args:
        seen_s: By how much things seem late, one a day. [s]
        witness: What was compared.
        usual_s: How much later than by the sun they are with a right clock. [s]
    """
    if len(seen_s) < threshold("clock_fewest_days"):
        return None
    middle = median(seen_s)
    spread = median(abs(each - middle) for each in seen_s)
    if spread > threshold("clock_spread"):
        return None
    off = middle - usual_s
    step, tolerance = threshold("clock_step"), threshold("clock_tolerance")
    whole = round(off / step) * step
    near = abs(off - whole) <= tolerance and abs(off) >= 2 * tolerance
    return ClockFinding(
        witness=witness,
        days=len(seen_s),
        seen_s=round(middle),
        suspected_offset_s=round(whole) if near else 0,
    )


def _middle(measured_at: Instants, power: Values) -> float | None:
    """Return the instant by which half of the energy was made. [microseconds]"""
    there = ~np.isnan(power)
    at, watts = measured_at[there].astype(np.float64), np.clip(power[there], 0.0, None)
    if len(at) < 2 or not watts.max(initial=0.0):  # noqa: PLR2004 - a span has two ends
        return None
    watts = np.where(watts >= threshold("clock_bright_share") * watts.max(), watts, 0.0)
    made = np.concatenate(([0.0], np.cumsum((watts[1:] + watts[:-1]) / 2 * np.diff(at))))
    return float(np.interp(made[-1] / 2, made, at)) if made[-1] > 0 else None
