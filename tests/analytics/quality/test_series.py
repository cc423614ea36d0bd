"""Recordings whose faulty values are marked, from pvanalytics' own data (MIT): F1 of each check."""

from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from analytics.quality import series
from analytics.quality.qartod import Floats
from analytics.quality.series import Found

NAN = float("nan")


def recording(name: str, mask: str) -> tuple[Floats, Found]:
    with (files("pvanalytics") / "data" / f"{name}.csv").open() as file:
        table = pd.read_csv(file)
    return table["value_normalized"].to_numpy(np.float64), table[mask].to_numpy(np.bool_)


def f1(found: Found, truth: Found) -> float:
    hits = int((found & truth).sum())
    return 2 * hits / (int(found.sum()) + int(truth.sum()))


def test_stale_values_are_found() -> None:
    values, truth = recording("ac_power_inv_2173_stale_data", "stale_data_mask")

    assert f1(series.stale(values), truth) >= 0.99


def test_interpolated_values_are_found() -> None:
    """Better than interpolation_diff itself (0.706), which takes the nights along."""
    values, truth = recording("ac_power_inv_2173_interpolated_data", "interpolated_data_mask")

    assert f1(series.interpolated(values), truth) >= 0.84


def test_outliers_are_found() -> None:
    values, truth = recording("ac_power_inv_7539_outliers", "outlier")

    assert f1(series.outlying(values), truth) >= 0.80


@pytest.mark.parametrize(
    ("values", "stale", "interpolated"),
    [
        pytest.param([0.5] * 6, 6, 6, id="six the same"),
        pytest.param([0.5] * 5, 0, 0, id="five the same"),
        pytest.param([0.0] * 9, 0, 0, id="night"),
        pytest.param([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], 0, 6, id="a line"),
        pytest.param([0.1, 0.2, 0.3, 0.4, 0.5, 0.7], 0, 0, id="a line of five"),
        pytest.param([0.5, 0.5, 0.5, NAN, 0.5, 0.5, 0.5], 0, 0, id="broken by a gap"),
        pytest.param([0.9, *[0.5] * 6, 0.1], 6, 6, id="between others"),
        pytest.param([0.5], 0, 0, id="one"),
    ],
)
def test_the_edges_of_a_stretch(values: list[float], stale: int, interpolated: int) -> None:
    given = np.array(values)

    assert (series.stale(given).sum(), series.interpolated(given).sum()) == (stale, interpolated)
