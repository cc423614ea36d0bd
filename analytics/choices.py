"""What if: texts like `role.bus=om` as choices, each refused where it names nothing.

method.CLASS=ID         another method of a device class
role.CLASS=ROLE         another role of its grid's factor
factor.CLASS=NUMBER     another value of its grid's factor, t/MWh
source=TEXT             another source of grid factors
tiers=VARIANT           other tiers of suppressed demand
CLASS.l_per_100km=N     what the vehicle would have used
CLASS.kwh_per_km=N      what it uses where charging is not metered
tdl_percent=N           losses on the way to a charger
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Final

from analytics.factors.grid import Role, grid_factors
from analytics.methods.catalog import METHODS, UnknownMethodError, methods_of
from analytics.methods.method import Choices
from analytics.methods.tiers import variants
from analytics.methods.vehicles import ELECTRIC_VEHICLES
from ingest.contract.metric import DeviceClass

_VEHICLE: Final = ("l_per_100km", "kwh_per_km")
_MOST_LOST: Final = Decimal(99)


class ChoiceError(ValueError):
    """A text that chooses nothing."""

    def __init__(self, text: str, expected: str) -> None:
        super().__init__(f"--set {text}: expected {expected}")
        self.text = text
        self.expected = expected


def parse_choices(texts: Iterable[str]) -> Choices:
    """Read choices, or raise ChoiceError."""
    methods: dict[DeviceClass, str] = {}
    roles: dict[DeviceClass, Role] = {}
    parameters: dict[str, str] = {}
    source: str | None = None
    for text in texts:
        name, _, value = text.partition("=")
        head, _, tail = name.partition(".")
        if head == "method" and tail:
            methods[_class(text, tail, METHODS)] = value
        elif head == "role" and tail:
            roles[_class(text, tail, METHODS)] = _role(text, value)
        elif name == "source":
            source = _source(text, value)
        else:
            parameters |= _parameter(text, name, value)
    choices = Choices(methods=methods, roles=roles, parameters=parameters, source=source)
    _refuse_unknown_methods(choices)
    return choices


def _parameter(text: str, name: str, value: str) -> dict[str, str]:
    head, _, tail = name.partition(".")
    if head == "factor" and tail:
        return {f"{_class(text, tail, METHODS)}.factor": _number(text, value)}
    if name == "tiers":
        if value not in variants():
            raise ChoiceError(text, f"one of {', '.join(variants())}")
        return {name: value}
    if name == "tdl_percent":
        if Decimal(number := _number(text, value)) > _MOST_LOST:
            raise ChoiceError(text, f"at most {_MOST_LOST} %")
        return {name: number}
    if tail in _VEHICLE:
        _class(text, head, dict.fromkeys(ELECTRIC_VEHICLES.device_classes))
        return {name: _number(text, value)}
    raise ChoiceError(text, "method., role. or factor. of a device class, or a parameter's name")


def _class(text: str, name: str, known: Mapping[DeviceClass, object]) -> DeviceClass:
    if name not in known:
        raise ChoiceError(text, f"one of the device classes {', '.join(sorted(known))}")
    return DeviceClass(name)


def _role(text: str, value: str) -> Role:
    if value not in list(Role):
        raise ChoiceError(text, f"one of the roles {', '.join(Role)}")
    return Role(value)


def _source(text: str, value: str) -> str:
    known = sorted({factor.source for factor in grid_factors()})
    if value not in known:
        raise ChoiceError(text, f"one of the sources {'; '.join(known)}")
    return value


def _number(text: str, value: str) -> str:
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise ChoiceError(text, "a number") from None
    if not number.is_finite() or number < 0:
        raise ChoiceError(text, "a number of at least 0")
    return value


def _refuse_unknown_methods(choices: Choices) -> None:
    for device_class, method in choices.methods.items():
        try:
            methods_of(device_class, choices)
        except UnknownMethodError as error:
            raise ChoiceError(f"method.{device_class}={method}", str(error)) from error
