"""What an accumulating counter advanced by, whatever it does in between.

After the rule of Home Assistant's total_increasing sensors: a value below 0.9 times the running
maximum is a reset and counts from 0; a smaller dip adds nothing, and neither does the way back up.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


class NegativeCounterError(ValueError):
    """A counter said less than nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What each reading of a counter added. Same unit as the readings, shape (n,)."""

    increase: npt.NDArray[np.float64]
    running: npt.NDArray[np.float64]  # the running maximum after each reading
    resets: npt.NDArray[np.bool_]
    dips: npt.NDArray[np.bool_]


def advance(
    values: npt.NDArray[np.float64], *, running: float | None, modulus: float | None = None
) -> Advance:
    """Follow a counter's readings, in time order, from the running maximum before them.

    Args:
        values: Readings without gaps, at least 0. Shape (n,).
        running: The running maximum before the first; None where it is the first ever, which then
            adds nothing, for nobody knows since when it counts.
        modulus: Where the counter rolls over to 0; None where it is not known to.
    """
    if (values < 0).any():
        raise NegativeCounterError("a counter reading is negative")
    result = Advance(
        increase=np.zeros(len(values)),
        running=np.empty(len(values)),
        resets=np.zeros(len(values), np.bool_),
        dips=np.zeros(len(values), np.bool_),
    )
    start = 0
    while start < len(values):
        start, running = _until_reset(result, values, start, running, modulus)
    return result


def _until_reset(
    result: Advance,
    values: npt.NDArray[np.float64],
    start: int,
    running: float | None,
    modulus: float | None,
) -> tuple[int, float]:
    """Fill in up to and with the next reset; return where to go on and the maximum there."""
    rest = values[start:]
    peak = np.maximum.accumulate(np.concatenate([rest[:1] if running is None else [running], rest]))
    fallen = np.flatnonzero(10 * rest < 9 * peak[:-1])  # exactly 0.9 is a dip
    length = int(fallen[0]) if len(fallen) else len(rest)
    end = start + length
    result.increase[start:end] = np.diff(peak[: length + 1])
    result.running[start:end] = peak[1 : length + 1]
    result.dips[start:end] = rest[:length] < peak[:length]
    if end == len(values):
        return end, float(peak[length])
    rolled = 0.0 if modulus is None else modulus - float(peak[length])
    result.increase[end] = rest[length] + rolled
    result.running[end] = rest[length]
    result.resets[end] = True
    return end + 1, float(rest[length])
