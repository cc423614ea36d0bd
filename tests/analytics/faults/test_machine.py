"""The state machine of rules: delays, holes, lateness, and any batching."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.faults.fault import Fault
from analytics.faults.machine import Rows, Standing, advance
from analytics.faults.rules import Rule, rule

_MINUTE = 60_000_000
_RULE = replace(rule("lamp_out"), on_delay_us=15 * _MINUTE, off_delay_us=10 * _MINUTE)


def _rows(said: str, *, every: int = 5, from_minute: int = 0, delay: int = 0) -> Rows:
    """Return one subject's rows: `!` raises, `.` clears, `-` is between, a space is no row."""
    minutes = [from_minute + every * place for place, sign in enumerate(said) if sign != " "]
    signs = [sign for sign in said if sign != " "]
    at = np.array(minutes, np.int64) * _MINUTE
    return Rows(
        subject=np.zeros(len(at), np.int64),
        at=at,
        received_at=at + delay * _MINUTE,
        raises=np.array([sign == "!" for sign in signs], np.bool_),
        clears=np.array([sign == "." for sign in signs], np.bool_),
    )


def _told(faults: list[Fault]) -> list[tuple[int, int, int | None]]:
    return [
        (
            fault.began_at // _MINUTE,
            fault.raised_at // _MINUTE,
            None if fault.cleared_at is None else fault.cleared_at // _MINUTE,
        )
        for fault in faults
    ]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        pytest.param("...!!!!..", [(15, 30, None)], id="raised once it has held for the on-delay"),
        pytest.param("...!!!...", [], id="a shorter condition raises nothing"),
        pytest.param(
            "!!!!....", [(0, 15, 30)], id="cleared once it has been over for the off-delay"
        ),
        pytest.param("!!!!.!!..", [(0, 15, None)], id="a shorter recovery clears nothing"),
        pytest.param("!!!!-----", [(0, 15, None)], id="between both thresholds nothing changes"),
        pytest.param("!!-!!", [], id="between both thresholds a delay does not run"),
        pytest.param(
            "!!!!...!!!!...", [(0, 15, 30), (35, 50, 65)], id="two faults, one after the other"
        ),
        pytest.param("!!          !!", [], id="behind a hole a delay begins anew"),
        pytest.param("!!!!          ", [(0, 15, None)], id="no data clears nothing"),
        pytest.param("!!!!.           .", [(0, 15, None)], id="a hole is no recovery"),
    ],
)
def test_follows_a_condition(said: str, expected: list[tuple[int, int, int | None]]) -> None:
    faults, _ = advance(_RULE, ["a"], _rows(said), {})

    assert _told(faults) == expected


def test_late_rows_alone_write_history() -> None:
    faults, _ = advance(_RULE, ["a"], _rows("!!!!....", delay=600), {})

    assert [fault.late for fault in faults] == [True]


def test_a_fault_found_late_is_told_of_once_fresh_data_proves_that_it_still_holds() -> None:
    late, standing = advance(_RULE, ["a"], _rows("!!!!", delay=600), {})
    fresh, _ = advance(_RULE, ["a"], _rows("!!", from_minute=20), standing)

    assert [fault.late for fault in late] == [True]
    assert [(fault.late, fault.proven_at) for fault in fresh] == [(False, 20 * _MINUTE)]
    assert fresh[0].began_at == late[0].began_at


_SIGNS = st.text(alphabet="!.- ", min_size=1, max_size=60)


@given(_SIGNS, st.sets(st.integers(0, 60)), st.sampled_from([0, 40]))
def test_any_batching_gives_the_same_faults(said: str, cuts: set[int], delay: int) -> None:
    whole, standing = advance(_RULE, ["a"], _rows(said, delay=delay), {})

    parts, carried = _in_parts(_RULE, said, cuts, delay)

    assert parts == {fault.began_at: fault for fault in whole}
    assert carried == standing


def _in_parts(
    followed: Rule, said: str, cuts: set[int], delay: int
) -> tuple[dict[int, Fault], dict[str, Standing]]:
    edges = sorted({0, len(said), *(cut for cut in cuts if cut < len(said))})
    found: dict[int, Fault] = {}
    standing: dict[str, Standing] = {}
    for low, high in pairwise(edges):
        rows = _rows(said[low:high], from_minute=5 * low, delay=delay)
        faults, standing = advance(followed, ["a"], rows, standing)
        found |= {fault.began_at: fault for fault in faults}
    return found, standing


@given(st.lists(_SIGNS, min_size=1, max_size=5))
def test_subjects_do_not_touch_each_other(series: list[str]) -> None:
    parts = [_rows(said) for said in series]
    together = Rows(
        subject=np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
        at=np.concatenate([part.at for part in parts]),
        received_at=np.concatenate([part.received_at for part in parts]),
        raises=np.concatenate([part.raises for part in parts]),
        clears=np.concatenate([part.clears for part in parts]),
    )
    names = [f"lamp-{number}" for number in range(len(parts))]

    faults, _ = advance(_RULE, names, together, {})

    for name, part in zip(names, parts, strict=True):
        alone, _ = advance(_RULE, [name], part, {})
        assert [fault for fault in faults if fault.subject == name] == alone
