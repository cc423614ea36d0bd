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
Flags = npt.NDArray[np.bool_]


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
    read = ~np.isnan(told)
    behind = np.where(read, tail, 0)
    inside = unknown - behind
    before = _since_last(read, np.cumsum(unknown, axis=1) - behind)
    counted = read & (before > 0) & (normal > 0)[:, None]
    energy = told - np.nan_to_num(heard)
    ratio = np.zeros_like(energy)
    np.divide(energy, normal[:, None] * before, out=ratio, where=counted)
    own, next_one = _shares_to_come(read, _share(ratio))
    proof = np.floor(inside * own) + np.floor(behind * next_one)
    return proof.astype(np.int64)


def _since_last(read: Flags, until: Seconds) -> Seconds:
    """Return what a sum that never falls grew by since the day on which a counter was read last."""
    reached = np.maximum.accumulate(np.where(read, until, 0), axis=1)
    before: Seconds = np.append(np.zeros_like(until[:, :1]), reached[:, :-1], axis=1)
    return until - before


def _shares_to_come(read: Flags, share: Energies) -> tuple[Energies, Energies]:
    """Return the share that the next reading from each day on proves, and the next behind it."""
    none = np.zeros_like(share[:, :1])
    places = np.where(read, np.arange(read.shape[1]), read.shape[1])
    following = np.minimum.accumulate(places[:, ::-1], axis=1)[:, ::-1]
    own = np.take_along_axis(np.append(share, none, axis=1), following, axis=1)
    return own, np.append(own[:, 1:], none, axis=1)


def _share(ratio: Energies) -> Energies:
    some = np.where(ratio > threshold("proof_just_a_little"), ratio, 0.0)
    return np.where(ratio >= threshold("proof_as_expected"), 1.0, some)
