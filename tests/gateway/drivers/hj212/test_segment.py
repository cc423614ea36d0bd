"""Dialects seen in public frames, and irregularities of the standard's own examples."""

import pytest

from gateway.drivers.hj212.segment import SegmentError, read_segment
from tests.gateway.drivers.hj212.frames import a_segment

AREA = "DataTime=20260310115900;a34004-Rtd=21.5,a34004-Flag=N"


def fields(segment: str | bytes) -> dict[str, dict[str, str]]:
    content = segment.encode() if isinstance(segment, str) else segment
    return {item.code: item.fields for item in read_segment(content).items}


def test_a_segment_as_the_standard_has_it() -> None:
    segment = read_segment(a_segment().encode())

    assert (segment.qn, segment.st, segment.cn) == ("20260310120000001", "22", "2011")
    assert (segment.mn, segment.pw, segment.flag) == ("ZWKH0000000000000000A001", "123456", 5)
    assert segment.parameters == {"DataTime": "20260310115900"}
    assert segment.items[0].fields == {"Rtd": "21.5", "Flag": "N"}
    assert segment.encoding == "utf-8"
    assert "123456" not in repr(segment)


@pytest.mark.parametrize(
    "segment",
    [
        pytest.param(a_segment().replace("Flag=5;", "Flag=5"), id="no semicolon before CP (C.19)"),
        pytest.param(a_segment().replace(";ST", ",ST"), id="a comma behind QN (C.48)"),
        pytest.param(a_segment().replace("123456;", "123456,"), id="a comma behind PW"),
        pytest.param(a_segment(AREA + ";"), id="a semicolon before the end"),
        pytest.param(a_segment(" " + AREA + " "), id="blanks around the area"),
        pytest.param(a_segment(AREA.replace("a34", " a34")), id="blanks before keys"),
        pytest.param(a_segment(AREA.replace("4-", "4 - ")), id="blanks around a dash"),
        pytest.param(a_segment(AREA.replace("N", "N ")), id="a blank behind a value"),
        pytest.param(a_segment(AREA.replace("-Flag", "-flag")), id="a suffix in lower case"),
        pytest.param(a_segment(AREA.replace("-Rtd", "-RTD")), id="a suffix in upper case"),
        pytest.param(a_segment(AREA.replace("-Rtd", "-td")), id="a letter too few"),
        pytest.param(a_segment(AREA.replace("-Rtd", "-Rtd-Rtd")), id="a suffix twice"),
        pytest.param(a_segment().replace("&&", "&"), id="one ampersand"),
        pytest.param(a_segment().replace("ST", "Ver=2ST"), id="another field runs into one"),
        pytest.param(a_segment().replace("Flag=5", "FLAG=5"), id="a field in upper case"),
        pytest.param(
            a_segment("DataTime=20260310115900;a34004-Flag=N,a34004-Rtd=21.5"), id="the flag first"
        ),
        pytest.param(
            a_segment("DataTime=20260310115900;a34004-Rtd=21.5;a34004-Flag=N"),
            id="a semicolon inside an item",
        ),
        pytest.param(a_segment("DataTime=20260310115900,a34004-Rtd=21.5,a34004-Flag=N"), id="none"),
    ],
)
def test_a_dialect_says_what_the_standard_would(segment: str) -> None:
    read = read_segment(segment.encode())

    assert (read.flag, read.st, read.pw) == (5, "22", "123456")
    assert read.parameters == {"DataTime": "20260310115900"}
    assert fields(segment) == {"a34004": {"Rtd": "21.5", "Flag": "N"}}


def test_the_exchange_may_be_named_inside_the_area() -> None:
    segment = "ST=22;CN=2051;PW=1;MN=A;CP=&&DataTime=20110513092300;QN=20110513092300001;a-Avg=1&&"

    assert read_segment(segment.encode()).qn == "20110513092300001"


@pytest.mark.parametrize(
    ("head", "part"),
    [
        ("Flag=6;PNUM=2;PNO=1;", (1, 2)),
        ("Flag=6;PNO=1;PNUM=2;", (1, 2)),
        ("Flag=11;PNUM=00002;PNO=00001;RF=1;", (1, 2)),
        ("PNUM=2;PNO=1;", (1, 2)),
        ("Flag=7;", None),
        ("Flag=6;PNUM=2;", None),
    ],
)
def test_parts_are_told_by_their_fields_and_not_by_the_flag(
    head: str, part: tuple[int, int] | None
) -> None:
    assert read_segment(a_segment(flag=head).encode()).part == part


@pytest.mark.parametrize(("flag", "expected"), [("", None), ("Flag=;", None), ("Flag=x;", None)])
def test_without_a_flag_no_answer_is_wanted(flag: str, expected: int | None) -> None:
    segment = read_segment(a_segment(flag=flag).encode())

    assert segment.flag is expected
    assert not segment.wants_answer


@pytest.mark.parametrize("area", ["", " "])
def test_an_area_may_be_empty(area: str) -> None:
    assert fields(a_segment(area)) == {}


@pytest.mark.parametrize("missing", ["MN", "CN"])
def test_whose_it_is_and_what_must_be_said(missing: str) -> None:
    segment = a_segment().replace(f"{missing}=", "XX=")

    with pytest.raises(SegmentError, match=f"no {missing} in"):
        read_segment(segment.encode())


def test_a_code_that_is_told_twice_is_two_items() -> None:
    segment = read_segment(a_segment("a-Rtd=1,a-Flag=N;a-Rtd=2,a-Flag=D").encode())

    assert [item.fields["Rtd"] for item in segment.items] == ["1", "2"]
    assert not any(item.ambiguous for item in segment.items)


def test_a_field_that_is_told_twice_in_an_item_is_ambiguous_unless_it_says_the_same() -> None:
    segment = read_segment(a_segment("a-Rtd=1,a-Rtd=2;b-Rtd=1,b-Rtd=1").encode())

    assert [item.ambiguous for item in segment.items] == [True, False]


def test_a_log_keeps_what_would_divide_other_texts() -> None:
    segment = read_segment(a_segment("i1-Info=//a;b,c=d&&e//;i2-Info=////;a-Rtd=1").encode())

    assert segment.logs == {"i1-Info": "a;b,c=d&&e", "i2-Info": ""}
    assert segment.items[0].fields == {"Rtd": "1"}


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "utf-8"), ("gbk", "gb18030")],
)
def test_chinese_comes_in_two_encodings(encoding: str, told: str) -> None:
    segment = read_segment(a_segment("i11001-Info=//清洗管路//").encode(encoding))

    assert segment.logs == {"i11001-Info": "清洗管路"}
    assert segment.encoding == told


def test_bytes_of_no_encoding_are_kept_and_marked() -> None:
    segment = read_segment(a_segment("i1-Info=//x//").encode().replace(b"x", b"\xff\xff"))

    assert segment.logs == {"i1-Info": "\\xff\\xff"}
    assert segment.encoding == "unknown"
