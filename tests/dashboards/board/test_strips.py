"""Geometry by hand: a bar runs from 48 to 372, so that 324 numbers are one apart."""

from datetime import date

import pytest

from dashboards.board.strips import strips
from ingest.contract.identity import BootId, GatewayId
from ingest.contract.ranges import EMPTY, Ranges
from ingest.ledger import BootAccount, Line

FIRST, SECOND, THIRD = date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 3)


def a_boot(
    *,
    boot: str = "boot-1",
    days: dict[date, tuple[int, int]] | None = None,
    missing: Ranges = EMPTY,
    quarantined: Ranges = EMPTY,
    thinned: Ranges = EMPTY,
    pending: Ranges = EMPTY,
) -> BootAccount:
    """Return a boot of 324 numbers on one day, all stored but those named."""
    spans = days or {FIRST: (1, 324)}
    last = max(high for _, high in spans.values())
    return BootAccount(
        gateway=GatewayId("gw"),
        boot=BootId(boot),
        head=last,
        low=pending.pairs[0][0] if pending else last + 1,
        stored=Ranges.of((1, last)) - missing - quarantined - thinned - pending,
        quarantined=quarantined,
        thinned=thinned,
        days=spans,
    )


def pieces(boot: BootAccount, *others: BootAccount) -> list[tuple[str, float, float, str]]:
    """Return the first day's pieces."""
    found = [boot, *others]
    assigned = sum(last - first + 1 for one in found for first, last in [one.spans[FIRST]])
    (strip,) = strips(found, {FIRST: Line(assigned=assigned)}, [FIRST])
    return [(one.state, one.x, one.width, one.numbers) for one in strip.pieces]


def test_what_is_stored_is_the_ground() -> None:
    assert pieces(a_boot()) == []


@pytest.mark.parametrize("state", ["missing", "quarantined", "thinned"])
def test_records_in_another_state_lie_where_their_numbers_are(state: str) -> None:
    boot = a_boot(**{state: Ranges.of((11, 20), (101, 104))})  # type: ignore[arg-type]

    assert pieces(boot) == [(state, 58.0, 10.0, "11–20"), (state, 148.0, 4.0, "101–104")]


def test_what_a_gateway_still_holds_is_pending() -> None:
    assert pieces(a_boot(pending=Ranges.of((315, 324)))) == [("pending", 362.0, 10.0, "315–324")]


def test_a_single_missing_record_is_seen_even_at_the_end() -> None:
    boot = a_boot(missing=Ranges.of((5, 5), (324, 324)))

    assert pieces(boot) == [("missing", 52.0, 2.5, "5"), ("missing", 369.5, 2.5, "324")]


def test_what_is_missing_lies_on_top() -> None:
    boot = a_boot(
        missing=Ranges.of((1, 1)), quarantined=Ranges.of((2, 2)), thinned=Ranges.of((3, 3))
    )

    assert [state for state, *_ in pieces(boot)] == ["thinned", "quarantined", "missing"]


def test_pieces_closer_than_can_be_drawn_are_one() -> None:
    """A thousand numbers a unit apart would be a thousand rectangles."""
    every_other = Ranges.from_numbers(range(1, 3_241, 2))
    boot = a_boot(days={FIRST: (1, 3_240)}, quarantined=every_other)

    ((state, x, width, numbers),) = pieces(boot)
    assert (state, x, numbers) == ("quarantined", 48.0, "1–3239")
    assert width == pytest.approx(323.9)


def test_boots_of_a_day_stand_one_after_the_other() -> None:
    half = {FIRST: (1, 162)}
    one = a_boot(boot="a", days=half, missing=Ranges.of((1, 10)))
    other = a_boot(boot="b", days=half, missing=Ranges.of((1, 10)))

    assert pieces(other, one) == [("missing", 48.0, 10.0, "1–10"), ("missing", 210.0, 10.0, "1–10")]


def test_the_longest_day_is_as_wide_as_there_is_room_and_a_day_without_records_has_no_bar() -> None:
    boot = a_boot(days={FIRST: (1, 324), THIRD: (325, 405)})
    lines = {FIRST: Line(assigned=324), THIRD: Line(assigned=81)}

    drawn = strips([boot], lines, [FIRST, SECOND, THIRD])

    assert [(one.y, one.width) for one in drawn] == [(0.0, 324.0), (20.0, 0.0), (40.0, 81.0)]
    assert drawn[1].line is None
