"""Whether a lamp gives the light it was set to: standby power is no light, dimmed light is."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from analytics.lighting.design import design

_PERCENT: Final = 100.0


def in_light(
    power: pd.DataFrame, hours: pd.DataFrame, rated_w: Sequence[float | None]
) -> pd.DataFrame:
    """Return a lamp's hours with no lit seconds where it draws clearly less than was asked.

    What is asked of it is its rated power times the brightness it was set to, or all of it where
    it does not tell.

    Args:
        power: Rows of its power, with the columns of hours.COLUMNS.
        hours: All of the hours' rows.
        rated_w: Of each of the rows; None where nobody knows, and any power is light.
    """
    set_to = hours[(hours["metric"] == "brightness") & (hours["positive_s"] > 0)]
    share = (set_to["integral"] / set_to["positive_s"] / _PERCENT).set_axis(
        pd.MultiIndex.from_frame(set_to[["device", "hour"]])
    )
    keys = pd.MultiIndex.from_frame(power[["device", "hour"]])
    asked = share[~share.index.duplicated()].reindex(keys).fillna(1.0).to_numpy()
    rated = np.array([np.nan if each is None else each for each in rated_w], np.float64)
    lit = power["positive_s"].to_numpy()
    drawn = power["integral"].to_numpy() / np.maximum(lit, 1.0)
    dark = drawn < design("lit_from_share") * asked * rated
    return power.assign(positive_s=np.where(dark, 0.0, lit))
