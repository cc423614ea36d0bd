"""Missing records are one alarm a gateway, with their range, until they are found."""

from dataclasses import replace

from analytics.faults.account import records_missing
from analytics.faults.fault import Consequence
from ingest.contract.ranges import Ranges

_LOST = {"gw-1": {"boot-1": Ranges.of((7, 9), (12, 12))}}


def test_what_is_missing_is_an_alarm_with_its_range() -> None:
    (fault,) = records_missing(_LOST, standing=[], now=50)

    assert (fault.rule, fault.subject) == ("records_missing", "gw-1")
    assert fault.consequence is Consequence.ALARM
    assert (fault.began_at, fault.raised_at, fault.cleared_at) == (50, 50, None)
    assert fault.evidence == {"records": 4, "first": 7, "last": 12}


def test_it_stays_the_same_fault_while_more_goes_missing() -> None:
    before = records_missing(_LOST, standing=[], now=50)
    more = {"gw-1": {"boot-1": Ranges.of((7, 12)), "boot-2": Ranges.of((1, 2))}}

    (fault,) = records_missing(more, standing=before, now=90)

    assert (fault.began_at, fault.proven_at) == (50, 50)
    assert fault.evidence == {"records": 8}  # of two boots there is no one range


def test_it_is_over_once_they_are_found() -> None:
    (before,) = records_missing(_LOST, standing=[], now=50)

    assert records_missing({}, standing=[before], now=90) == [replace(before, cleared_at=90)]
    over = replace(before, cleared_at=90)
    assert records_missing({}, standing=[over], now=95) == []
    (again,) = records_missing(_LOST, standing=[over], now=99)
    assert again.began_at == 99
