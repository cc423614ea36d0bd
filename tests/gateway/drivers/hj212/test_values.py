"""Trust by HJ 212-2017, Table 8, and numbers as they are written."""

import pytest

from gateway.drivers.hj212.segment import read_segment
from gateway.drivers.hj212.values import values
from ingest.contract.quality import Quality
from tests.gateway.drivers.hj212.frames import a_segment

Told = list[tuple[str, str, float | None, int]]


def told(area: str, *, cn: str = "2011") -> Told:
    segment = read_segment(a_segment(f"DataTime=20260310115900;{area}", cn=cn).encode())
    return [(v.code, v.statistic, v.number, v.quality) for v in values(segment)]


@pytest.mark.parametrize(
    ("flag", "number", "quality"),
    [
        ("N", 7.0, Quality.GOOD),
        ("n", 7.0, Quality.GOOD),
        ("F", None, Quality.MISSING),
        ("B", None, Quality.MISSING),
        ("M", 7.0, Quality.BAD),
        ("D", 7.0, Quality.BAD),
        ("C", 7.0, Quality.BAD),
        ("S", 7.0, Quality.SUSPECT),
        ("T", 7.0, Quality.SUSPECT),
        ("?", 7.0, Quality.SUSPECT),
    ],
)
def test_a_flag_says_how_far_a_number_can_be_trusted(
    flag: str, number: float | None, quality: Quality
) -> None:
    assert told(f"a-Rtd=7,a-Flag={flag}") == [("a", "Rtd", number, quality)]


def test_without_a_flag_nobody_has_checked() -> None:
    assert told("a-Rtd=7") == [("a", "Rtd", 7.0, Quality.UNCHECKED)]


@pytest.mark.parametrize("text", ["", "abc", "nan", "inf", "1_0", "１", "--1", "0x10", "1e999"])
def test_what_is_no_number_is_missing_and_not_zero(text: str) -> None:
    assert told(f"a-Rtd={text},a-Flag=N") == [("a", "Rtd", None, Quality.MISSING)]


@pytest.mark.parametrize(("text", "number"), [("-0.5", -0.5), (".5", 0.5), ("+3.", 3.0)])
def test_numbers_are_written_in_several_ways(text: str, number: float) -> None:
    assert told(f"a-Rtd={text},a-Flag=N") == [("a", "Rtd", number, Quality.GOOD)]


@pytest.mark.parametrize(
    ("area", "quality"),
    [
        ("a-Min=1,a-Avg=2,a-Max=3", Quality.GOOD),
        ("a-Min=2,a-Avg=2,a-Max=2", Quality.GOOD),
        ("a-Min=3,a-Avg=2,a-Max=4", Quality.BAD),
        ("a-Avg=2,a-Max=1", Quality.BAD),
        ("a-Min=3,a-Max=1", Quality.BAD),
        ("a-Avg=2,a-ZsMin=3,a-ZsAvg=1,a-ZsMax=4", Quality.BAD),
        ("a-Min=x,a-Avg=2,a-Max=3", Quality.GOOD),
    ],
)
def test_minimum_mean_and_maximum_come_in_this_order(area: str, quality: Quality) -> None:
    found = {statistic: trust for _, statistic, _, trust in told(f"{area},a-Flag=N", cn="2051")}

    assert found.get("Avg", found.get("Max")) == quality


def test_no_reading_is_told_of_a_stopped_analyzer_whatever_contradicts_itself() -> None:
    found = told("a-Min=3,a-Avg=2,a-Max=1,a-Flag=F", cn="2051")

    assert {(number, quality) for *_, number, quality in found} == {(None, Quality.MISSING)}


def test_one_that_is_told_in_two_ways_is_suspect() -> None:
    assert told("a-Rtd=1,a-Rtd=2,a-Flag=N") == [("a", "Rtd", 1.0, Quality.SUSPECT)]


@pytest.mark.parametrize(
    ("cn", "main"), [("2011", "Rtd"), ("2051", "Avg"), ("2061", "Avg"), ("2031", "Avg")]
)
def test_the_main_number_is_the_instants_or_the_intervals(cn: str, main: str) -> None:
    segment = read_segment(a_segment("a-Max=3,a-Rtd=2,a-Avg=1,a-Cou=9", cn=cn).encode())
    found = list(values(segment))

    assert [each.statistic for each in found if each.main] == [main]
    assert found[0].main
    assert len(found) == 4


def test_a_value_may_have_its_own_time() -> None:
    segment = read_segment(a_segment("a-SampleTime=20260310115959,a-Rtd=1").encode())

    assert [each.sampled for each in values(segment)] == ["20260310115959"]
