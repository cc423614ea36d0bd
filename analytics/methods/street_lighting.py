"""Street lighting: by metered service, or by the lamps it took the place of.

Metered service: BE = sum over lamps of load power times observed lit time, times the factor; PE = 0
for a lamp that stands alone. Replaced lamps: AMS-II.L with its assumed hours replaced by observed
ones, for lamps with a dated evidence of the removed one. A lamp reduces night demand, hence the
energy efficiency role.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np

from analytics.factors.grid import Role
from analytics.methods.method import Method, Quantity, Rows, Setting, of_grid
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, GridConnection

_ROLE: Final = Role.CM_ENERGY_EFFICIENCY
_MW_A_W: Final = 1_000
_MW_S_A_MWH: Final = 3_600


def _on_the_grid(device: Device, _day: date) -> str | None:
    if device.grid_connection is GridConnection.ON:
        return "lamp on the grid: its own consumption is not metered here"
    return None


def _not_replaced(device: Device, day: date) -> str | None:
    if device.removed_load_w is None:
        return "not known which lamp it took the place of"
    if device.evidence_on is None or device.evidence_on > day:
        return "no dated evidence of the lamp that was removed"
    return _on_the_grid(device, day)


def _served(rows: Rows, setting: Setting) -> Sequence[Quantity]:
    factor = setting.factor(_ROLE)
    return [of_grid("served", rows.table.filled("energy_mwh"), factor)]


def _replaced(rows: Rows, setting: Setting) -> Sequence[Quantity]:
    loads = [int((each.removed_load_w or 0) * _MW_A_W) for each in rows.versions]
    power = np.array(loads, np.int64)[rows.version]
    energy = power * rows.table.filled("lit_s") // _MW_S_A_MWH  # a baseline rounds down
    return [of_grid("replaced", energy, setting.factor(_ROLE))]


METERED_SERVICE: Final = Method(
    id="zw-street-lighting-metered-service",
    version="1.0",
    source="after AMS-II.L (CDM SSC WG 24, Annex 6), observed lit hours",
    evidence="source",
    role=_ROLE,
    device_classes=frozenset({DeviceClass.STREETLIGHT}),
    applies=lambda _device: True,
    excludes=_on_the_grid,
    quantities=_served,
)

REPLACED_LAMPS: Final = Method(
    id="AMS-II.L",
    version="draft of SSC WG 24",
    source="CDM AMS-II.L, draft text (SSC WG 24, Annex 6), observed lit hours; a formula, no route"
    " to registration",
    evidence="recalled: verify before publishing",
    role=_ROLE,
    device_classes=frozenset({DeviceClass.STREETLIGHT}),
    applies=lambda _device: True,
    excludes=_not_replaced,
    quantities=_replaced,
    measures=lambda table: table.known("lit_s"),
)
