"""Energy counters as devices keep them: what passed before an instant, in whole watt-hours."""

import numpy as np

from simulators.world.arrays import Flags, Floats


def accumulate(
    start_wh: Floats, power_w: Floats, restarts: Flags, *, step_s: float
) -> tuple[Floats, Floats]:
    """Return the counters at each step and, for the next day, at the end of the last.

    Args:
        start_wh: What the counters hold before the first step, shape (devices,). [Wh]
        power_w: Power held from each step until the next, shape (devices, steps). [W]
        restarts: Where a counter begins again at zero, same shape.
        step_s: Length of a step. [s]
    """
    passed = np.cumsum(power_w * (step_s / 3_600.0), axis=1)
    before = np.concatenate((np.zeros_like(start_wh)[:, None], passed), axis=1) + start_wh[:, None]
    if restarts.any():
        base = np.where(restarts, before[:, :-1], 0.0)
        lost = np.maximum.accumulate(base, axis=1)
        before = before - np.concatenate((lost, lost[:, -1:]), axis=1)
    return before[:, :-1], before[:, -1]
