"""Answers as HJ 212-2017, 6.1 and Annex C print them."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.drivers.hj212.answers import answer, history_request
from gateway.drivers.hj212.segment import read_segment
from tests.gateway.drivers.hj212.frames import a_segment, framed

MN = "010000A8900016F000169DC0"


def answered(flag: str, *, cn: str = "2011") -> bytes | None:
    segment = a_segment(qn="20160801085000001", mn=MN, cn=cn, flag=flag)
    return answer(read_segment(segment.encode()))


def test_the_canonical_answer_to_data() -> None:
    assert answered("Flag=5;") == (
        b"##0087QN=20160801085000001;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;"
        b"Flag=4;CP=&&&&C241\r\n"
    )


@pytest.mark.parametrize(
    ("flag", "cn", "end"),
    [
        ("Flag=1;", "2051", "CN=9014;PW=123456;MN={MN};Flag=0;CP=&&&&"),
        ("Flag=7;PNUM=2;PNO=1;", "2051", "CN=9014;PW=123456;MN={MN};Flag=4;CP=&&&&"),
        ("Flag=9;", "2011", "CN=9014;PW=123456;MN={MN};Flag=9;CP=&&QnRtn=1&&"),
        ("Flag=9;", "9015", "CN=9013;PW=123456;MN={MN};Flag=8;CP=&&&&"),
        ("Flag=5;", "1013", "CN=9013;PW=123456;MN={MN};Flag=4;CP=&&&&"),
        ("Flag=5;", "2999", "CN=9014;PW=123456;MN={MN};Flag=4;CP=&&&&"),
    ],
)
def test_an_answer_keeps_the_edition_and_is_of_the_right_kind(flag: str, cn: str, end: str) -> None:
    expected = "QN=20160801085000001;ST=91;" + end.format(MN=MN)

    assert answered(flag, cn=cn) == framed(expected)


@pytest.mark.parametrize("flag", ["", "Flag=0;", "Flag=4;", "Flag=8;"])
def test_what_wants_no_answer_gets_none(flag: str) -> None:
    assert answered(flag) is None


@pytest.mark.parametrize("cn", ["9011", "9012", "9013", "9014"])
def test_answers_are_not_answered(cn: str) -> None:
    assert answered("Flag=5;", cn=cn) is None


def test_history_is_asked_for_by_the_starts_of_its_intervals() -> None:
    latest = read_segment(a_segment(mn=MN, cn="2051", st="32").encode())
    moment = datetime(2016, 8, 1, 0, 40, tzinfo=UTC)

    asked = history_request(
        latest,
        begin=moment,
        end=moment,
        offset=timedelta(hours=8),
        now=datetime(2016, 8, 1, 0, 58, 57, 223_000, tzinfo=UTC),
    )

    assert asked == framed(
        f"QN=20160801085857223;ST=32;CN=2051;PW=123456;MN={MN};Flag=5;"
        "CP=&&BeginTime=20160801084000,EndTime=20160801084000&&"
    )
