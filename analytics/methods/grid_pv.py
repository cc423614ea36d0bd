"""PV that feeds a grid or displaces its supply: generation times the intermittent combined margin.

After AMS-I.D version 18.0 and AMS-I.F version 5.0. Whether a set is on the grid is a dated
attribute; where nobody knows, nothing is credited.
"""

from decimal import Decimal
from typing import Final

from analytics.factors.grid import Role
from analytics.methods.method import Method
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, GridConnection

_SMALL_SCALE_W: Final = Decimal(15_000_000)  # AMS-I.D: at most 15 MW


def _excludes(device: Device) -> str | None:
    if device.grid_connection is GridConnection.UNKNOWN:
        return "not known whether it is on the grid"
    if device.grid_connection is GridConnection.OFF:
        return "off the grid: displaces no grid electricity"
    if device.rated_power_w is not None and device.rated_power_w > _SMALL_SCALE_W:
        return "above 15 MW: not small-scale"
    return None


GRID_PV: Final = Method(
    id="AMS-I.D/I.F",
    version="18.0/5.0",
    source="CDM AMS-I.D version 18.0; AMS-I.F version 5.0",
    role=Role.CM_INTERMITTENT,
    device_classes=frozenset({DeviceClass.HOUSEHOLD_PV, DeviceClass.SCHOOL_PV}),
    excludes=_excludes,
)
