"""PV that feeds a grid or displaces its supply: net generation times the combined margin.

After AMS-I.D version 18.0 and AMS-I.F version 5.0. Whether a set is on the grid is a dated
attribute; where nobody knows, nothing is credited. What it takes from the grid is taken off, also
where its generation is not believed.
"""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

import numpy as np

from analytics.factors.grid import Role
from analytics.methods.method import Method, Quantity, Rows, Setting, of_grid
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, GridConnection

_ROLE: Final = Role.CM_INTERMITTENT
_SMALL_SCALE_W: Final = Decimal(15_000_000)  # AMS-I.D: at most 15 MW


def _excludes(device: Device, _day: date) -> str | None:
    if device.grid_connection is GridConnection.UNKNOWN:
        return "not known whether it is on the grid"
    if device.rated_power_w is not None and device.rated_power_w > _SMALL_SCALE_W:
        return "above 15 MW: not small-scale"
    return None


def _quantities(rows: Rows, setting: Setting) -> Sequence[Quantity]:
    factor = setting.factor(_ROLE)
    generated = of_grid("generated", rows.table.filled("energy_mwh"), factor)
    imported = rows.table.filled("imported_mwh")
    if not imported.any():
        return [generated]
    connected = np.array(
        [device.grid_connection is GridConnection.ON for device in rows.versions], np.bool_
    )
    counts = connected[rows.version]
    return [generated, of_grid("imported", imported, factor, adds=False, counts=counts)]


GRID_PV: Final = Method(
    id="AMS-I.D/I.F",
    version="18.0/5.0",
    source="CDM AMS-I.D version 18.0; AMS-I.F version 5.0",
    evidence="code",
    role=_ROLE,
    device_classes=frozenset({DeviceClass.HOUSEHOLD_PV, DeviceClass.SCHOOL_PV}),
    applies=lambda device: device.grid_connection is not GridConnection.OFF,
    excludes=_excludes,
    quantities=_quantities,
)
