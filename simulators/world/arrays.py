"""The shapes the models compute in: (devices, steps), (steps,) where a zone shares a value."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Micros: TypeAlias = npt.NDArray[np.int64]  # microseconds since the epoch, UTC
