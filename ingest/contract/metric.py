"""What is measured: a metric's name, its only unit, how it behaves, and what is plausible."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How the values of a metric relate to each other in time."""

    GAUGE = "gauge"  # an instant's value, held until the next
    COUNTER = "counter"  # accumulates, may reset
    STATE = "state"  # a code or a bit field, never averaged


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured quantity; low and high, both included, bound what is plausible."""

    name: str
    unit: str  # UCUM code
    kind: Kind
    low: float  # in unit
    high: float  # in unit


class DeviceClass(StrEnum):
    """What kind of equipment a device is; one wide table of readings each."""

    STREETLIGHT = "streetlight"
    HOUSEHOLD_PV = "household_pv"
    SCHOOL_PV = "school_pv"
    AIR_STATION = "air_station"
    MOBILE_AIR_STATION = "mobile_air_station"
    NOISE_METER = "noise_meter"
    VIBRATION_METER = "vibration_meter"
    FLUE_GAS_ANALYZER = "flue_gas_analyzer"
    E_MOTORBIKE = "e_motorbike"
    BUS = "bus"
    TRUCK = "truck"
    CAR = "car"
    CHARGER = "charger"
    GATEWAY = "gateway"
