"""An alarm: faults of one cause, on two axes, condition and acknowledgement (ISA-18.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

from analytics.faults.fault import Consequence, Priority, RuleId
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass

AlarmId = NewType("AlarmId", int)


class Condition(StrEnum):
    """Whether anything of the cause still holds."""

    ACTIVE = "active"
    CLEARED = "cleared"


class CauseKind(StrEnum):
    """What the devices of one alarm have in common."""

    DEVICE = "device"
    GATEWAY = "gateway"
    OPERATOR = "operator"  # of SIM cards, in one site
    FEEDER = "feeder"
    GRID = "grid"
    WEATHER = "weather"
    STATION = "station"  # an air station: limits, not repairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What an alarm is about: of one cause there is one open alarm at most."""

    kind: CauseKind
    subject: str  # device, gateway, site, operator or zone
    rule: RuleId


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """One cause made visible, with every device it reaches; instants in microseconds, UTC."""

    id: AlarmId
    cause: Cause
    consequence: Consequence
    priority: Priority
    zone: str
    country: str
    device_class: DeviceClass | None  # None: of several classes, or of none
    devices: tuple[DeviceId, ...]  # whom it reaches, in order
    condition: Condition
    began_at: int
    raised_at: int
    cleared_at: int | None = None
    acknowledged_at: int | None = None
    acknowledged_by: str | None = None
    shelved_until: int | None = None
    suppressed: str | None = None  # why nobody is told: maintenance, a parent's alarm
    out_of_service: bool = False
    known_at: int = 0  # when the reading that proved it reached us, by our clock
    raises: int = 1  # how often its cause was raised lately
    evidence: Mapping[str, float] = field(default_factory=dict)
