"""Street lighting by metered service: the light given, as the grid would have had to give it.

BE = sum over lamps of load power times observed lit time, times the factor; PE = 0 for a lamp that
stands alone. The formula is AMS-II.L's with its assumed hours replaced by observed ones. A lamp
reduces night demand, hence the energy efficiency role.
"""

from typing import Final

from analytics.factors.grid import Role
from analytics.methods.method import Method
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device, GridConnection


def _excludes(device: Device) -> str | None:
    if device.grid_connection is GridConnection.ON:
        return "lamp on the grid: its own consumption is not metered here"
    return None


METERED_SERVICE: Final = Method(
    id="zw-street-lighting-metered-service",
    version="1.0",
    source="after AMS-II.L (CDM SSC WG 24, Annex 6), observed lit hours",
    role=Role.CM_ENERGY_EFFICIENCY,
    device_classes=frozenset({DeviceClass.STREETLIGHT}),
    excludes=_excludes,
)
