"""A fault: a condition of one device or gateway, from when it began until it was over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

RuleId = NewType("RuleId", str)


class Consequence(StrEnum):
    """What becomes of a fault."""

    ALARM = "alarm"  # somebody has to act
    WARNING = "warning"  # somebody has to act, in time
    ENVIRONMENT = "environment"  # a limit of the air: the ministry's, never a repair
    FLAG = "flag"  # a mark on readings
    INFORMATION = "information"


class Priority(StrEnum):
    """How soon somebody has to act; of all alarms some 80, 15 and 5 percent [EEMUA 191]."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One condition that a rule found; instants in microseconds since the epoch, UTC.

    It is named by (rule, subject, began_at). What readings show is timed by the device's clock,
    silence by ours.
    """

    rule: RuleId
    subject: str  # the device, or the gateway, that it is a condition of
    consequence: Consequence
    began_at: int  # when the condition began to hold
    raised_at: int  # when it had held for the rule's on-delay
    cleared_at: int | None = None  # when it had been over for the rule's off-delay
    proven_at: int  # when the reading that proved it reached us, by our clock
    late: bool = False  # proven by late or replayed data alone: history, which pages nobody
    evidence: Mapping[str, float] = field(default_factory=dict)  # metric or figure, in its unit
