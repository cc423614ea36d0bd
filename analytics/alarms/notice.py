"""A notice: what is to be told of an alarm, before it is known to whom and in which words."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from analytics.alarms.alarm import Alarm

NoticeId = NewType("NoticeId", int)


class NoticeKind(StrEnum):
    """Why something is told."""

    RAISED = "raised"
    GROWN = "grown"  # more devices than were told of
    REPEATED = "repeated"  # nothing has changed for the repeat interval
    ESCALATED = "escalated"  # nobody acknowledged the step before
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell of an alarm as it was then; whom it reaches is for the sender to find."""

    id: NoticeId
    kind: NoticeKind
    step: int  # of escalation: 0 for the first to be told
    due_at: int  # microseconds, UTC, by our clock
    alarm: Alarm
