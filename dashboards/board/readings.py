"""Readings as they are shown: at most three decimals, with unit and quality."""

from collections.abc import Iterable

from dashboards.board.views import ReadingView
from ingest.contract.catalog import metrics_of
from ingest.contract.metric import DeviceClass
from ingest.storage.block import Reading


def reading_views(
    device_class: DeviceClass, readings: Iterable[Reading]
) -> tuple[ReadingView, ...]:
    """Return a device's last readings, in the order of the metric catalogue."""
    last = {reading.metric: reading for reading in readings}
    return tuple(
        ReadingView(
            metric=name,
            value=_text(last[name].value),
            unit=metric.unit,
            quality=last[name].quality,
            measured_at=last[name].measured_at,
        )
        for name, metric in metrics_of(device_class).items()
        if name in last
    )


def _text(value: float | None) -> str | None:
    """Write a value; a code or a counter keeps every digit before the point."""
    if value is None:
        return None
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
