"""Rules on recordings of real inverters, whose makers marked what is true (pvanalytics, MIT)."""

from importlib.resources import files

import numpy as np
import pandas as pd

from analytics.pv.signs import clips, is_flat
from tests.analytics.faults.zone import MINUTE, found, readings, stations

_RECORDINGS = files("pvanalytics") / "data"


def _recording(name: str) -> pd.DataFrame:
    return pd.read_csv(str(_RECORDINGS / name), parse_dates=["timestamp"], index_col="timestamp")


def test_the_hours_in_which_an_inverter_clips_are_those_that_were_marked() -> None:
    recording = _recording("ac_power_inv_7539.csv")
    hours = recording.groupby(pd.DatetimeIndex(recording.index).floor("h"))
    lowest, highest = hours["value_normalized"].min(), hours["value_normalized"].max()
    flat = np.array([is_flat(low, high) for low, high in zip(lowest, highest, strict=True)])

    at_the_top = flat & (highest.to_numpy() > 0.98 * float(highest.max()))
    marked = hours["label"].any().to_numpy()

    assert np.count_nonzero(marked) == 11
    assert at_the_top.tolist() == marked.tolist()
    by_day = pd.DataFrame({"top": highest, "flat": flat}).groupby(lambda at: at.date())
    assert clips(by_day["top"].max().to_numpy(), by_day["flat"].sum().to_numpy(np.float64))


def test_values_that_stand_still_for_hours_are_those_that_were_marked() -> None:
    recording = _recording("ac_power_inv_2173_stale_data.csv")
    marked = recording["stale_data_mask"].to_numpy(np.bool_)
    begins = recording.index[marked & ~np.concatenate(([False], marked[:-1]))]
    start = recording.index[0].to_pydatetime()
    told = {"pm25": 100 * recording["value_normalized"].to_numpy(np.float64)}

    faults = found(readings(stations(), told, start=start, every=15), "stuck")

    # Hours of night at nothing stand still as well, and are no fault.
    expected = [round(each.timestamp() * 1e6) for each in begins]
    assert len(expected) == 3
    assert [
        abs(fault.began_at - at) <= 15 * MINUTE for fault, at in zip(faults, expected, strict=True)
    ] == [True] * 3
