"""What is found again is not written again."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from analytics.faults.fault import Consequence, Fault, RuleId
from analytics.faults.reconcile import reconciled

_FAULT = Fault(
    rule=RuleId("lamp_out"),
    subject="lamp-1",
    consequence=Consequence.ALARM,
    began_at=100,
    raised_at=115,
    proven_at=116,
)


def test_what_is_new_is_written() -> None:
    assert reconciled([], [_FAULT]) == [_FAULT]


def test_what_is_known_is_not() -> None:
    assert reconciled([_FAULT], [_FAULT]) == []


def test_the_beginning_that_was_known_first_stays() -> None:
    later = replace(_FAULT, began_at=108, raised_at=120, cleared_at=140)

    assert reconciled([_FAULT], [later]) == [replace(_FAULT, cleared_at=140)]


def test_another_time_is_another_fault() -> None:
    over = replace(_FAULT, cleared_at=150)
    again = replace(_FAULT, began_at=200, raised_at=215)

    assert reconciled([over], [again]) == [again]


def test_fresh_proof_makes_history_news() -> None:
    late = replace(_FAULT, late=True)
    fresh = replace(_FAULT, proven_at=300)

    assert reconciled([late], [fresh]) == [fresh]
    assert reconciled([fresh], [late]) == []


def test_limits_of_one_station_do_not_hide_each_other() -> None:
    dust = replace(
        _FAULT,
        rule=RuleId("limit_exceeded"),
        consequence=Consequence.ENVIRONMENT,
        evidence={"pm25_24h": 60.0},
    )
    ozone = replace(dust, began_at=101, evidence={"o3_8h": 200.0})

    assert reconciled([dust], [ozone]) == [ozone]


_ENDS = st.one_of(st.none(), st.integers(1, 40))
_FAULTS = st.lists(
    st.builds(
        lambda began, length: replace(
            _FAULT,
            began_at=began,
            raised_at=began,
            cleared_at=None if length is None else began + length,
        ),
        st.integers(0, 100),
        _ENDS,
    ),
    max_size=6,
)


@given(_FAULTS)
def test_finding_the_same_twice_changes_nothing(found: list[Fault]) -> None:
    known = {fault.began_at: fault for fault in reconciled([], found)}

    again = reconciled(list(known.values()), list(known.values()))

    assert again == []
