"""Noise: equivalent levels of a day and a night, from the energy of what was heard.

Lday from 06:00 to 22:00 and Lnight from 22:00 to 06:00 local time, as GB 3096-2008 divides a day
[recalled]. A level is of energy, not of decibels: hours bring the mean of 10^(L/10).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import log10
from typing import Final, cast
from zoneinfo import ZoneInfo

import pandas as pd

from analytics.hours import SOUND_ENERGY
from ingest.contract.identity import DeviceId
from ingest.contract.period import instant

_DAY_BEGINS: Final = 6
_DAY_ENDS: Final = 22
_TENTH: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseDay:
    """Equivalent levels of one local day, A-weighted; None where nothing was heard. [dB]"""

    device: DeviceId
    day: date
    whole: Decimal | None
    by_day: Decimal | None
    by_night: Decimal | None


def noise_days(hours: pd.DataFrame, timezone: ZoneInfo) -> list[NoiseDay]:
    """Return the noise days that noise meters' hours make.

    Args:
        hours: The columns of hours.COLUMNS, and `day`, the local day each row belongs to.
        timezone: The zone's.
    """
    energy = hours[hours["metric"] == SOUND_ENERGY].sort_values("hour")
    local = [instant(hour).astimezone(timezone).hour for hour in energy["hour"].tolist()]
    lit = pd.Series([_DAY_BEGINS <= hour < _DAY_ENDS for hour in local], index=energy.index)
    groups = energy.groupby(["device", "day"], sort=True)
    keyed = cast("Iterable[tuple[tuple[DeviceId, date], pd.DataFrame]]", groups)
    return [
        NoiseDay(
            device=device,
            day=day,
            whole=level(own["integral"].tolist(), own["seconds"].tolist()),
            by_day=_of(own[lit.loc[own.index]]),
            by_night=_of(own[~lit.loc[own.index]]),
        )
        for (device, day), own in keyed
    ]


def level(integrals: Iterable[float], seconds: Iterable[float]) -> Decimal | None:
    """Return the equivalent level of some energy over some time, to a tenth. [dB]"""
    heard = sum(seconds)
    energy = sum(integrals)
    if heard <= 0 or energy <= 0:
        return None
    return Decimal(10 * log10(energy / heard)).quantize(_TENTH)


def _of(hours: pd.DataFrame) -> Decimal | None:
    return level(hours["integral"].tolist(), hours["seconds"].tolist())
