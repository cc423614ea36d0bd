"""A period's repairs as they stood at its end."""

from dataclasses import replace

import pytest

from analytics.alarms.alarm import AlarmId
from analytics.alarms.mending import Repair
from analytics.alarms.reported import as_of, reported
from ingest.contract.period import Period
from tests.analytics.alarms.builders import DAY, START, a_programme, an_alarm

SPAN = Period(START, START + 10 * DAY)
TICKET = Repair(
    id=7,
    alarm=AlarmId(1),
    opened_at=START + DAY,
    assignee="a-technician",
    assigned_at=START + 2 * DAY,
    cause="fuse",
    parts="one fuse",
    closed_at=START + 3 * DAY,
    closed_by="a-technician",
    helped=True,
    judged_at=START + 10 * DAY,
)


def numbers(*tickets: Repair) -> list[str]:
    rows = reported([(each, an_alarm()) for each in tickets], {"kh-test": SPAN}, a_programme())
    return [str(row["number"]) for row in rows]


def test_a_row_says_what_was_broken_and_what_was_done() -> None:
    (row,) = reported([(TICKET, an_alarm())], {"kh-test": SPAN}, a_programme())

    assert row == {
        "number": "R-7",
        "zone": "kh-test",
        "device": "lamp-0-1",
        "painted_number": "L0-1",
        "devices": 1,
        "lot": None,
        "fault": "lamp_out",
        "since": "2026-10-26T07:33:20Z",
        "opened": "2026-10-27T07:33:20Z",
        "closed": "2026-10-29T07:33:20Z",
        "cause": "fuse",
        "parts": "one fuse",
        "helped": None,
    }


@pytest.mark.parametrize(
    ("ticket", "expected"),
    [
        pytest.param(TICKET, ["R-7"], id="opened and closed in it"),
        pytest.param(replace(TICKET, opened_at=START - DAY), ["R-7"], id="opened before"),
        pytest.param(replace(TICKET, opened_at=SPAN.end), [], id="opened after"),
        pytest.param(
            replace(TICKET, opened_at=START - DAY, closed_at=START - 1), [], id="closed before"
        ),
    ],
)
def test_a_ticket_belongs_to_the_periods_it_was_open_in(
    ticket: Repair, expected: list[str]
) -> None:
    assert numbers(ticket) == expected


def test_what_came_after_the_end_is_not_known_yet() -> None:
    before = as_of(TICKET, START + 2 * DAY)
    between = as_of(TICKET, START + 3 * DAY + 1)
    after = as_of(TICKET, START + 11 * DAY)

    assert (before.assignee, before.closed_at, before.cause) == (None, None, None)
    assert (between.closed_by, between.helped) == ("a-technician", None)
    assert after == TICKET


def test_other_zones_and_devices_are_left_out() -> None:
    elsewhere = an_alarm(zone="other")
    unknown = an_alarm(devices=(), cause=replace(an_alarm().cause, subject="nobody"))

    rows = reported(
        [(TICKET, elsewhere), (TICKET, unknown)],
        {"kh-test": SPAN},
        a_programme(),
    )

    assert rows == []
