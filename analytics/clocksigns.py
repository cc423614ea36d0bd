"""What of a day tells a clock: when half of a panel's energy was made, when a lamp came on."""

from typing import Final

import numpy as np
import pandas as pd

from analytics.thresholds import threshold
from ingest.contract.period import HOUR_US

_WHOLE_HOUR_S: Final = 3_500
_DAY: Final = ["device", "day"]


def middles(hours: pd.DataFrame) -> "pd.Series[float]":
    """Return by device and day when half of its energy was made; only days heard without a gap.

    Within an hour the power is taken to be even. [microseconds, UTC]

    Args:
        hours: The columns of hours.COLUMNS, and `day`, the local day each row belongs to.
    """
    power = hours[(hours["metric"] == "active_power") & (hours["integral"] > 0)]
    power = power.sort_values([*_DAY, "hour"], kind="stable")
    highest = power.groupby(_DAY)["integral"].transform("max")
    bright = power[power["integral"] >= threshold("clock_bright_share") * highest]
    groups = bright.groupby(_DAY)
    made = groups["integral"].cumsum()
    half = groups["integral"].transform("sum") / 2
    before = made - bright["integral"]
    middle = bright[(made >= half) & (before < half)]
    share = ((half - before) / bright["integral"])[middle.index]
    instants = (middle["hour"] + share * HOUR_US).set_axis(pd.MultiIndex.from_frame(middle[_DAY]))
    spread = groups.agg(
        first=("hour", "min"), last=("hour", "max"), n=("hour", "size"), least=("seconds", "min")
    )
    whole = (spread["last"] - spread["first"]) // HOUR_US + 1 == spread["n"]
    found = instants[(whole & (spread["least"] >= _WHOLE_HOUR_S)).reindex(instants.index)]
    return found.astype(np.float64)


def dusks(hours: pd.DataFrame) -> "pd.Series[float]":
    """Return by device and night when a lamp came on, where it was dark and heard before.

    [microseconds, UTC]

    Args:
        hours: The columns of hours.COLUMNS, and `day`, the night each row belongs to.
    """
    load = hours[hours["metric"] == "load_power"].sort_values([*_DAY, "hour"], kind="stable")
    nights = load.groupby(_DAY)
    earlier, later = nights.shift(1), nights.shift(-1)
    dark_before = (
        (earlier["hour"] == load["hour"] - HOUR_US)
        & (earlier["seconds"] >= _WHOLE_HOUR_S)
        & (earlier["positive_s"] == 0)
    )
    lit_after = (later["hour"] == load["hour"] + HOUR_US) & (later["positive_s"] >= _WHOLE_HOUR_S)
    lit = load["positive_s"] > 0
    first = lit & (lit.groupby([load["device"], load["day"]]).cumsum() == 1)
    on = load[first & dark_before & lit_after]
    instants = on["hour"] + HOUR_US - on["positive_s"] * 1_000_000
    return instants.set_axis(pd.MultiIndex.from_frame(on[_DAY])).astype(np.float64)
