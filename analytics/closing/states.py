"""What may become of a revision, by whom; a step is only ever added.

A period is provisional for 48 hours after its end and open until somebody prepares it. A revision
that follows a closed one because its figures moved is `revised` until somebody prepares it anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """How far a revision is."""

    REVISED = "revised"
    PREPARED = "prepared"
    CLOSED = "closed"
    APPROVED = "approved"
    VERIFIED = "verified"


_BEFORE: Final[Mapping[State, frozenset[State | None]]] = {
    State.REVISED: frozenset({None}),
    State.PREPARED: frozenset({None, State.REVISED}),
    State.CLOSED: frozenset({State.PREPARED}),
    State.APPROVED: frozenset({State.CLOSED}),
    State.VERIFIED: frozenset({State.APPROVED}),
}

SIGNED: Final = frozenset({State.CLOSED, State.APPROVED, State.VERIFIED})
"""States in which figures change by a new revision alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Who brought a revision into a state, as what, and when. [microseconds, UTC]"""

    state: State
    actor: str
    role: str
    at: int


class StepRefusedError(ValueError):
    """A step that cannot be taken; the message is one line and says why."""


def refuse_out_of_turn(steps: Sequence[Step], wanted: State) -> None:
    """Raise StepRefusedError where a state does not follow the one a revision is in."""
    last = steps[-1].state if steps else None
    if last not in _BEFORE[wanted]:
        needed = " or ".join(sorted(state for state in _BEFORE[wanted] if state))
        raise StepRefusedError(
            f"it is {last or 'open'}: {wanted} follows {needed or 'an open period'}"
        )


def refuse_same_person(steps: Sequence[Step], actor: str) -> None:
    """Raise StepRefusedError where somebody signed the revision before."""
    for step in steps:
        if step.actor == actor:
            raise StepRefusedError(
                f"{actor} has {step.state} it already: three different people are needed"
            )
