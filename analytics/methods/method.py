"""What every method is: id, version, the role of its factor, and when it does not apply."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from analytics.deviceday import DeviceDay
from analytics.factors.grid import Role
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Basis, Device

_PLAUSIBLE: Final = Decimal("1.2")  # [assumed] energy at most 1.2 x rated power x time
_MWH_A_WATT_HOUR: Final = 1_000
_HOURS_A_DAY: Final = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A way to credit energy; the emissions avoided are energy times the factor of its role."""

    id: str
    version: str
    source: str
    role: Role
    device_classes: frozenset[DeviceClass]
    excludes: Callable[[Device], str | None]
    """Why a device earns nothing under this method, or None where it does."""


def why_not_credited(method: Method, device: Device, day: DeviceDay) -> str | None:
    """Return why a device-day's energy earns no credit, or None where it does."""
    if device.handed_over is not None and day.day < device.handed_over:
        return "before it was handed over"
    return method.excludes(device) or _implausible(device, day)


def _implausible(device: Device, day: DeviceDay) -> str | None:
    if device.rated_power_w is None or day.energy_mwh is None:
        return None
    most = _PLAUSIBLE * device.rated_power_w * _HOURS_A_DAY * _MWH_A_WATT_HOUR
    if day.energy_mwh > most:
        return "energy above 1.2 times rated power times the day"
    return None


def assumed_inputs(device: Device) -> str | None:
    """Name the input of a device that is assumed and not published, where there is one."""
    if device.rated_power_w is None or device.rated_power_basis is not Basis.ASSUMED:
        return None
    what = "lamp load" if device.device_class is DeviceClass.STREETLIGHT else "PV peak power"
    return f"{what} {device.rated_power_w:f} W (assumed; plausibility cap only)"
