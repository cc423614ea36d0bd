"""What is wrong with devices during a day, as the models take it."""

from dataclasses import dataclass

import numpy as np

from simulators.world.arrays import Flags, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What the weather does not make; each array has shape (devices, steps)."""

    panel_share: Floats  # of the rated panel power that is left
    battery_share: Floats  # of the rated battery capacity that is left
    lamp_dark: Flags  # the lamp's circuit is open
    counter_restarts: Flags  # the energy counters begin again at zero at this step

    @classmethod
    def sound(cls, devices: int, steps: int) -> "Conditions":
        """Return the conditions of devices that nothing ails."""
        shape = (devices, steps)
        return cls(
            panel_share=np.ones(shape),
            battery_share=np.ones(shape),
            lamp_dark=np.zeros(shape, dtype=np.bool_),
            counter_restarts=np.zeros(shape, dtype=np.bool_),
        )
