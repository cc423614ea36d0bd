"""Yields and performance ratios, after IEC 61724-1.

Yf is energy over rated power, Yr the irradiation on the panel over 1 kW/m²; PR = Yf / Yr. Where the
cell temperature is told, too, PR is corrected for it (NREL/TP-5200-57991).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

_STC_W_M2: Final = 1_000.0
_STC_C: Final = 25.0


def final_yield(energy_kwh: float, rated_kw: float) -> float:
    """Return the final yield. [kWh/kWp]"""
    return energy_kwh / rated_kw


def performance_ratio(
    energy_kwh: float, rated_kw: float, irradiation_kwh_m2: float
) -> float | None:
    """Return the performance ratio, or None without irradiation."""
    return energy_kwh / rated_kw / irradiation_kwh_m2 if irradiation_kwh_m2 > 0 else None


def corrected_performance_ratio(
    power_kw: Sequence[float],
    irradiance_w_m2: Sequence[float],
    cell_c: Sequence[float],
    *,
    rated_kw: float,
    gamma: float,
) -> float | None:
    """Return the performance ratio as it would be at the mean cell temperature of the span.

    Args:
        power_kw: AC power at equal intervals.
        irradiance_w_m2: On the panel, at the same instants.
        cell_c: Cell temperature at the same instants.
        rated_kw: DC power at standard test conditions.
        gamma: Change of power with temperature. [1/K]
    """
    light = np.array(irradiance_w_m2, np.float64)
    cell = np.array(cell_c, np.float64)
    if light.sum() <= 0:
        return None
    usual = float((light * cell).sum() / light.sum())
    expected = rated_kw * light / _STC_W_M2 * (1 + gamma * (cell - usual))
    return float(np.sum(power_kw) / expected.sum())
