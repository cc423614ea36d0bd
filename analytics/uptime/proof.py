"""Proof afterwards: what a device did in silence, by how its counter had advanced meanwhile.

Where the counter has advanced by what the device normally takes or gives in the time that was
asked for, or nearly so, all of that time was up; where by less, its share of it. A counter that
stood still proves nothing.
"""

import numpy as np
import numpy.typing as npt

from analytics.thresholds import threshold

Seconds = npt.NDArray[np.int64]
Energies = npt.NDArray[np.float64]


def proven(
    *, unknown: Seconds, tail: Seconds, told: Energies, heard: Energies, normal: Energies
) -> Seconds:
    """Return how much of the unknown time of each device and day its counter proves up. [s]

    Args:
        unknown: Unknown seconds by device and day. Shape (d, n).
        tail: Those of them behind the day's last reading, which this day's counter cannot prove.
        told: What the counter advanced by; NaN where it was not read. [mWh] Shape (d, n).
        heard: What the power heard that day amounts to. [mWh] Shape (d, n).
        normal: Each device's normal energy per second asked; NaN where none is known. [mWh/s]
    """
    result = np.zeros_like(unknown)
    since = np.full(len(unknown), -1)  # the last day its counter was read
    waiting = np.zeros(len(unknown), np.int64)
    for day in range(unknown.shape[1]):
        read = ~np.isnan(told[:, day])
        before = waiting + unknown[:, day] - np.where(read, tail[:, day], 0)
        for device in np.flatnonzero(read & (before > 0) & (normal > 0)):
            energy = told[device, day] - np.nan_to_num(heard[device, day])
            share = _share(energy / (normal[device] * before[device]))
            start = int(since[device])
            days = slice(max(start, 0), day + 1)
            silent = unknown[device, days].copy()
            if start >= 0:
                silent[0] = tail[device, start]
            silent[-1] -= tail[device, day]
            result[device, days] += np.floor(silent * share).astype(np.int64)
        since = np.where(read, day, since)
        waiting = np.where(read, tail[:, day], before)
    return result


def _share(ratio: float) -> float:
    if ratio >= threshold("proof_as_expected"):
        return 1.0
    return ratio if ratio > threshold("proof_just_a_little") else 0.0
