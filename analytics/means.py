"""Hourly means of what was measured, to be drawn over months; no figure is made of them."""

from collections.abc import Collection
from typing import Final

import numpy as np
import pandas as pd

from ingest.contract.catalog import metrics_of
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass, Kind
from ingest.contract.quality import Quality
from ingest.storage.block import Block

_KEY: Final = ["device", "hour"]


def hourly_means(
    hours: pd.DataFrame, computed: Collection[tuple[DeviceId, int]], *, device_class: DeviceClass
) -> Block:
    """Return the mean of every gauge in the computed hours, over the time that it was known.

    A gauge of which an hour knows nothing is missing there, so that a mean which no longer holds
    is taken back. Counters and states have no mean.

    Args:
        hours: Hours with the columns of `analytics.hours.COLUMNS`; others than computed may be in.
        computed: Which devices and hours to tell of.
        device_class: What the devices are.
    """
    keys = pd.MultiIndex.from_tuples(sorted(computed), names=_KEY)
    known = hours[hours["seconds"] > 0]
    means = known.assign(mean=known["integral"] / known["seconds"])
    gauges = [m.name for m in metrics_of(device_class).values() if m.kind is Kind.GAUGE]
    by_metric = means.pivot_table(index=_KEY, columns="metric", values="mean", aggfunc="first")
    table = by_metric.reindex(index=keys, columns=gauges)
    names = keys.get_level_values("device")
    devices, distinct = pd.factorize(names)
    values = {name: table[name].to_numpy(np.float64) for name in gauges}
    return Block(
        device_class=device_class,
        names=[DeviceId(str(name)) for name in distinct],
        devices=devices.astype(np.int32),
        measured_at=keys.get_level_values("hour").to_numpy(np.int64),
        values=values,
        flags={
            name: np.where(np.isnan(mean), Quality.MISSING, Quality.GOOD).astype(np.int8)
            for name, mean in values.items()
        },
    )
