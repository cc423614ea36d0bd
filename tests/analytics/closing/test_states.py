"""Who may do what to a revision, and when."""

import pytest

from analytics.closing.states import (
    State,
    Step,
    StepRefusedError,
    refuse_out_of_turn,
    refuse_same_person,
)

TURN = (State.PREPARED, State.CLOSED, State.APPROVED, State.VERIFIED)


def steps(*states: State) -> list[Step]:
    return [Step(state=each, actor=f"by-{each}", role="", at=0) for each in states]


@pytest.mark.parametrize("last", [None, *State])
@pytest.mark.parametrize("wanted", TURN)
def test_only_the_next_state_follows(last: State | None, wanted: State) -> None:
    fits = {
        (None, State.PREPARED),
        (State.REVISED, State.PREPARED),
        (State.PREPARED, State.CLOSED),
        (State.CLOSED, State.APPROVED),
        (State.APPROVED, State.VERIFIED),
    }
    before = [] if last is None else steps(last)

    if (last, wanted) in fits:
        refuse_out_of_turn(before, wanted)
    else:
        with pytest.raises(StepRefusedError, match=f"it is {last or 'open'}"):
            refuse_out_of_turn(before, wanted)


def test_whoever_signed_signs_no_more() -> None:
    signed = steps(State.PREPARED, State.CLOSED)

    refuse_same_person(signed, "somebody-else")
    with pytest.raises(StepRefusedError, match="by-prepared has prepared it already"):
        refuse_same_person(signed, "by-prepared")
