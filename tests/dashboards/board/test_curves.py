import numpy as np
import pytest

from dashboards.board.curves import CURVES, charts_of
from dashboards.board.readings import reading_views
from ingest.contract.catalog import metrics_of
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.quality import Quality
from ingest.storage.block import Block, Reading


@pytest.mark.parametrize("device_class", DeviceClass)
def test_every_chart_draws_metrics_of_its_class_and_of_one_unit(device_class: DeviceClass) -> None:
    metrics = metrics_of(device_class)

    for chart in CURVES[device_class]:
        assert len({metrics[name].unit for name in chart}) == 1
        assert len(chart) <= 3


def test_a_series_keeps_what_was_said_and_doubts_what_is_flagged() -> None:
    block = Block(
        device_class=DeviceClass.CHARGER,
        names=(DeviceId("charger"),),
        devices=np.zeros(5, np.int32),
        measured_at=np.arange(5, dtype=np.int64),
        values={"active_power": np.array([1.0, 2.0, np.nan, 4.0, np.nan])},
        flags={"active_power": np.array([1, 3, 9, 2, 0], np.int8)},
    )

    [(series,)] = charts_of(block)

    assert (series.instants, series.values) == ([0, 1, 2, 3], [1.0, None, None, 4.0])
    assert series.doubted == [(1, 2.0)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (0.0, "0"),
        (59.309_4, "59.309"),
        (100.0, "100"),
        (4_294_967_295.0, "4294967295"),
        (-0.25, "-0.25"),
        (-0.000_1, "0"),
    ],
)
def test_a_reading_is_written_without_exponent_and_idle_zeros(
    value: float | None, expected: str | None
) -> None:
    reading = Reading(
        device=DeviceId("charger"),
        metric="active_power",
        measured_at=0,
        value=value,
        quality=Quality.GOOD,
    )

    [view] = reading_views(DeviceClass.CHARGER, [reading])

    assert (view.value, view.unit) == (expected, "W")
