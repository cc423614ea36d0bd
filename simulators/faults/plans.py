"""What may happen to a device: how often, for how long, how badly, and which rules find it."""

from dataclasses import dataclass
from typing import Final

from ingest.contract.metric import DeviceClass
from simulators.faults.labels import Kind

LAMP, SET, STATION = (
    DeviceClass.STREETLIGHT,
    DeviceClass.SCHOOL_PV,
    DeviceClass.AIR_STATION,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How often something happens to a class in 60 days, for how long, and who must find it."""

    kind: Kind
    device_class: DeviceClass
    times: float  # in 60 days, of the usual size
    days: tuple[float, float]  # how long it lasts
    must: tuple[str, ...]
    may: tuple[str, ...] = ()
    strength: tuple[float, float] = (1.0, 1.0)
    first_hours: tuple[float, float] = (0.0, 24.0)  # of the local day that it begins at


_OF_ITS_BATTERY: Final = ("early_shut_off", "battery_ageing", "dust_or_shading", "fault_word")
PLANS: Final = (
    Plan(Kind.LAMP_OUT, LAMP, 9, (2, 6), ("lamp_out",), ("fault_word",)),
    Plan(Kind.BURNS_BY_DAY, LAMP, 6, (2, 5), ("day_burner",), _OF_ITS_BATTERY),
    Plan(Kind.PANEL_STOLEN, LAMP, 6, (4, 9), ("not_charging",), _OF_ITS_BATTERY),
    Plan(
        Kind.PANEL_DUSTY,
        LAMP,
        6,
        (14, 20),
        ("dust_or_shading",),
        _OF_ITS_BATTERY,
        strength=(0.5, 0.75),
    ),
    Plan(
        Kind.BATTERY_WORN,
        LAMP,
        6,
        (24, 34),
        ("battery_ageing",),
        _OF_ITS_BATTERY,
        strength=(0.25, 0.55),
    ),
    Plan(
        Kind.BATTERY_FAILS,
        LAMP,
        6,
        (2, 2),
        ("early_shut_off",),
        _OF_ITS_BATTERY,
        (0.1, 0.25),
        (12, 12),
    ),
    Plan(Kind.LAMP_WORD, LAMP, 6, (1, 4), ("fault_word",), (), (5, 5)),
    Plan(Kind.RADIO_SILENT, LAMP, 6, (0.1, 0.8), ("device_silent",)),
    Plan(Kind.LAMP_GONE, LAMP, 6, (4, 9), ("device_silent", "presumed_down"), _OF_ITS_BATTERY),
    Plan(Kind.METER_REPLACED, LAMP, 4, (1, 1), ()),
    Plan(Kind.COUNTER_JUMPS, LAMP, 4, (0.1, 0.1), ("counter_implausible",), (), (50, 5_000)),
    Plan(Kind.SET_DEAD, SET, 5, (1.2, 4), ("zero_output",), ("underperformance", "string_low")),
    Plan(Kind.STRING_OUT, SET, 4, (14, 20), ("string_low",), ("underperformance",), (0.45, 0.7)),
    Plan(Kind.SET_DIRTY, SET, 4, (20, 26), ("soiling",), ("underperformance",), (0.015, 0.025)),
    Plan(Kind.SET_DERATES, SET, 4, (12, 18), ("underperformance",), ("string_low",), (0.55, 0.7)),
    Plan(Kind.SET_WORD, SET, 3, (1, 3), ("fault_word",), (), (7, 7)),
    Plan(Kind.SET_JUMPS, SET, 3, (0.1, 0.1), ("counter_implausible",), (), (500, 5_000), (7, 15)),
    Plan(Kind.STUCK, STATION, 3, (0.6, 1.2), ("stuck",)),
    Plan(Kind.CONTRADICTS, STATION, 2, (1, 2), ("cross_check",), ("limit_exceeded",), (2.5, 4)),
    Plan(Kind.OUT_OF_RANGE, STATION, 2, (0.4, 1.2), ("range",), (), (-60, -20)),
    Plan(Kind.DRIFTS, STATION, 1, (40, 45), ("drift",), ("limit_exceeded",), (1.5, 1.9)),
    Plan(Kind.CALIBRATES, STATION, 1, (12, 20), ("calibration",), ("limit_exceeded",)),
)
USUAL_DAYS: Final = 60
FOUND_WITHIN: Final = 3.0  # days, by any rule that does not take weeks


def least_days(plan: Plan) -> float:
    """Return how long a cause has to last until its rules must have found it."""
    by_rule = {
        "battery_ageing": 16.0,
        "dust_or_shading": 12.0,
        "drift": 26.0,
        "soiling": 18.0,
        "string_low": 8.0,
        "underperformance": 8.0,
        "calibration": 8.0,
    }
    usual = min(plan.days[1], FOUND_WITHIN)
    return max((by_rule.get(rule, usual) for rule in plan.must), default=usual)
