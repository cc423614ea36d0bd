"""The methods there are, and which of them judge a device class."""

from collections.abc import Mapping, Sequence
from typing import Final

from analytics.methods.grid_pv import GRID_PV
from analytics.methods.method import Choices, Method
from analytics.methods.street_lighting import METERED_SERVICE, REPLACED_LAMPS
from analytics.methods.suppressed_demand import SUPPRESSED_DEMAND
from analytics.methods.vehicles import ELECTRIC_VEHICLES
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Device

ALL: Final = (METERED_SERVICE, REPLACED_LAMPS, GRID_PV, SUPPRESSED_DEMAND, ELECTRIC_VEHICLES)

METHODS: Final[Mapping[DeviceClass, Sequence[Method]]] = {
    DeviceClass.STREETLIGHT: (METERED_SERVICE,),
    DeviceClass.HOUSEHOLD_PV: (GRID_PV, SUPPRESSED_DEMAND),
    DeviceClass.SCHOOL_PV: (GRID_PV, SUPPRESSED_DEMAND),
    **dict.fromkeys(sorted(ELECTRIC_VEHICLES.device_classes), (ELECTRIC_VEHICLES,)),
}
"""By default, in order: the first that applies to a device judges it."""


class UnknownMethodError(LookupError):
    """No method of that id credits that device class."""

    def __init__(self, device_class: DeviceClass, method: str) -> None:
        known = ", ".join(each.id for each in ALL if device_class in each.device_classes) or "none"
        super().__init__(f"method {method!r} of {device_class}: expected one of {known}")
        self.device_class = device_class
        self.method = method


def method_of(device: Device) -> Method | None:
    """Return the method that judges a device by default, or None where its class has none."""
    methods = METHODS.get(device.device_class, ())
    applying = (method for method in methods if method.applies(device))
    return next(applying, methods[0] if methods else None)


def is_yearly(device: Device) -> bool:
    """Tell whether what a device did earlier in a year decides what it earns later."""
    method = method_of(device)
    return method is not None and method.yearly and device.building_type is not None


def methods_of(device_class: DeviceClass, choices: Choices) -> Sequence[Method]:
    """Return the methods of a class in order: the chosen one, else the default ones."""
    chosen = choices.methods.get(device_class)
    if chosen is None:
        return METHODS[device_class]
    found = [each for each in ALL if each.id == chosen and device_class in each.device_classes]
    if not found:
        raise UnknownMethodError(device_class, chosen)
    return found
