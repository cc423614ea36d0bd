"""A device held against the others of its class in a zone, half hour by half hour."""

from typing import Final

import numpy as np
import numpy.typing as npt

from ingest.storage.block import Indices, Instants, Values

_HALF_HOUR_US: Final = 1_800_000_000


def apart(
    devices: Indices,
    measured_at: Instants,
    values: Values,
    *,
    fewest: int,
    factor: float,
    margin: float,
) -> npt.NDArray[np.bool_]:
    """Tell which values are far above what the others say in the same half hour.

    Args:
        devices: Whose value each is. Shape (n,)
        measured_at: When it was measured. [microseconds, UTC]
        values: NaN where nothing good was said.
        fewest: How many others there have to be.
        factor: What is more than the others' median so many times, and the margin on top, is apart;
            a device that says too little shows by the others being above it.
        margin: In the unit of the values.
    """
    far = np.zeros(len(values), np.bool_)
    known = np.flatnonzero(~np.isnan(values))
    if not len(known):
        return far
    slots, slot = np.unique(measured_at[known] // _HALF_HOUR_US, return_inverse=True)
    own, device = np.unique(devices[known], return_inverse=True)
    medians = _medians(device, slot, values[known], (len(own), len(slots)))
    for number in range(len(own)):
        others = np.delete(medians, number, axis=0)
        enough = (~np.isnan(others)).sum(axis=0) >= fewest
        usual = np.full(len(slots), np.nan)
        usual[enough] = np.nanmedian(others[:, enough], axis=0)
        rows = device == number
        far[known[rows]] = values[known[rows]] > factor * usual[slot[rows]] + margin
    return far


def _medians(
    device: npt.NDArray[np.int64],
    slot: npt.NDArray[np.int64],
    values: Values,
    shape: tuple[int, int],
) -> Values:
    """Return each device's median of each half hour; NaN where it said nothing."""
    found = np.full(shape, np.nan)
    key = device * shape[1] + slot
    order = np.argsort(key, kind="stable")
    keys, starts = np.unique(key[order], return_index=True)
    for place, part in zip(keys.tolist(), np.split(values[order], starts[1:]), strict=True):
        found[divmod(place, shape[1])] = np.median(part)
    return found
