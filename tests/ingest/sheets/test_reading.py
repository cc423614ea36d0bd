"""A file is read by its mapping, whole or not at all; what is wrong is named by line and field."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.contract.period import micros
from ingest.mapping_files import MappingError
from ingest.sheets.mapping import SHIPPED, sheet_mappings
from ingest.sheets.table import MOST_ROWS, SheetError
from tests.ingest.sheets.sheets import CLOUD, a_mapping, a_workbook, an_export, read

HALF_PAST_MIDNIGHT = micros(datetime(2026, 10, 30, 17, 30, tzinfo=UTC)) // 1_000


def test_beijing_time_becomes_the_instant_that_it_was(tmp_path: Path) -> None:
    found = read(an_export("2026/10/31 01:30:00,SHV-0001,60,1500"), a_mapping(tmp_path))

    (part,) = found.sheet.parts
    assert (part.device, part.measured_at) == ("kh-lamp-1", (HALF_PAST_MIDNIGHT,))
    assert part.values == {"load_power": (60.0,), "energy_used": (1.5,)}
    assert found.sheet.origin.entered_by == "a-technician"


def test_rows_come_by_device_and_in_order_of_time(tmp_path: Path) -> None:
    found = read(
        an_export(
            "2026/10/31 01:35:00,SHV-0001,61,1510",
            "2026/10/31 01:30:00,SHV-0002,50,10",
            "2026/10/31 01:30:00,SHV-0001,60,-",
            "2026/10/31 01:40:00,SHV-0001,,-",
            "2026/10/31 01:30:00,SHV-0002,50,10",
        ),
        a_mapping(tmp_path),
    )

    assert (found.rows, found.empty, found.doubled) == (3, 1, 1)
    one, other = found.sheet.parts
    assert one.values == {"load_power": (60.0, 61.0), "energy_used": (None, 1.51)}
    assert other.values == {"load_power": (50.0,), "energy_used": (0.01,)}


@pytest.mark.parametrize(
    ("row", "line", "field", "said"),
    [
        pytest.param(
            "2026/10/31,SHV-0001,60,1", 3, "采集时间", "an instant in the form", id="time"
        ),
        pytest.param("2026/10/31 01:30:00,SHV-0009,60,1", 3, "灯杆", "'SHV-0009'", id="device"),
        pytest.param("2026/10/31 01:30:00,,60,1", 3, "灯杆", "not ''", id="no device"),
        pytest.param("2026/10/31 01:30:00,TWIN,60,1", 3, "灯杆", "kh-lamp-4", id="two devices"),
        pytest.param("2026/10/31 01:30:00,SHV-0001,6o,1", 3, "负载功率", "a number", id="value"),
        pytest.param("2026/10/31 01:30:00,SHV-0001,nan,1", 3, "负载功率", "a number", id="nan"),
        pytest.param("2026/10/31 01:30:00,SHV-0001,1e999,1", 3, "负载功率", "a number", id="inf"),
        pytest.param('2026/10/31 01:30:00,SHV-0001,"1,5",1', 3, "负载功率", "number", id="comma"),
        pytest.param("2026/11/09 01:30:00,SHV-0001,60,1", 3, "采集时间", "after it", id="future"),
        pytest.param("1970/01/01 09:00:00,SHV-0001,60,1", 3, "采集时间", "before 2000", id="1970"),
        pytest.param("2026/10/31 01:00:00,SHV-0001,61,1", 3, "采集时间", "line 2 says", id="twice"),
    ],
)
def test_what_is_wrong_is_named_by_file_line_and_field(
    tmp_path: Path, row: str, line: int, field: str, said: str
) -> None:
    content = an_export("2026/10/31 01:00:00,SHV-0001,60,1", row)

    with pytest.raises(SheetError, match=r"export\.csv, line") as raised:
        read(content, a_mapping(tmp_path))

    assert (raised.value.line, raised.value.field) == (line, field)
    assert said in str(raised.value)


def test_a_line_is_the_line_of_the_file_even_behind_a_cell_of_two_lines(tmp_path: Path) -> None:
    content = '采集时间,灯杆,负载功率,用电量Wh,备注\n,,,,"a\nb"\nx,SHV-0001,60,1,\n'

    with pytest.raises(SheetError) as raised:
        read(content.encode("gb18030"), a_mapping(tmp_path))

    assert raised.value.line == 4


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", "the line with the columns' names", id="empty"),
        pytest.param(
            "采集时间,灯杆\n".encode("gb18030"), "'负载功率': expected this column", id="column"
        ),
        pytest.param(
            "采集时间,采集时间,灯杆\n".encode("gb18030"), "column once", id="doubled column"
        ),
        pytest.param(an_export(), "at least one row", id="no row"),
        pytest.param(b"\xff\xff\xff\n", "text in gb18030", id="encoding"),
        pytest.param(an_export('"2026'), "expected CSV", id="quote"),
        pytest.param(an_export("a\x00b"), "expected text", id="nul"),
        pytest.param(an_export("x" * 1_001), "at most 1000 characters", id="long cell"),
        pytest.param(b"," * 600, "at most 500 columns", id="wide"),
        pytest.param(b" " * ((16 << 20) + 1), "at most 16777216 bytes", id="large"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(SheetError, match=said):
        read(content, a_mapping(tmp_path))


def test_too_many_rows_are_refused(tmp_path: Path) -> None:
    content = an_export(*["2026/10/31 01:00:00,SHV-0001,,-"] * (MOST_ROWS + 1))

    with pytest.raises(SheetError, match=f"at most {MOST_ROWS} rows"):
        read(content, a_mapping(tmp_path))


WORKBOOK = """
id = "book"
source = "a logger"
[file]
format = "xlsx"
sheet = "Data"
header_line = 2
[time]
columns = ["When"]
format = "%Y-%m-%d %H:%M"
zone = "site"
[device]
column = "Serial"
is = "serial"
[[value]]
column = "W"
metric = "load_power"
"""


def test_a_workbook_is_read_with_its_own_dates_and_numbers(tmp_path: Path) -> None:
    content = a_workbook(
        ["A logger's export", None, None],
        ["When", "Serial", "W"],
        [datetime(2026, 10, 31, 0, 30), "S-1", 60],  # noqa: DTZ001 - as a workbook has it
        ["2026-10-31 00:35", "S-1", "61.5"],
    )

    found = read(content, a_mapping(tmp_path, WORKBOOK, "book"))

    (part,) = found.sheet.parts
    assert part.measured_at == (HALF_PAST_MIDNIGHT, HALF_PAST_MIDNIGHT + 300_000)
    assert part.values == {"load_power": (60.0, 61.5)}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"no workbook", "expected an xlsx file", id="text"),
        pytest.param(a_workbook(["When"], title="Other"), "'Data': expected a sheet", id="sheet"),
        pytest.param(
            a_workbook(["x"], ["When", "Serial", "W"], ["?", "S-1", 1]), "line 3, 'When'", id="time"
        ),
    ],
)
def test_a_workbook_that_is_wrong_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(SheetError, match=said):
        read(content, a_mapping(tmp_path, WORKBOOK, "book"))


def test_a_decimal_comma_is_read_where_the_mapping_says_so(tmp_path: Path) -> None:
    text = CLOUD.replace("[file]", '[file]\ndecimal = ","')
    content = an_export('2026/10/31 01:30:00,SHV-0001,"60,5",1')

    (part,) = read(content, a_mapping(tmp_path, text)).sheet.parts

    assert part.values["load_power"] == (60.5,)
    with pytest.raises(SheetError, match="a number"):
        read(an_export("2026/10/31 01:30:00,SHV-0001,60.5,1"), a_mapping(tmp_path, text))


@pytest.mark.parametrize("shown", ["2026-03-29 02:30", "2025-10-26 02:30"])
def test_a_local_time_that_no_clock_or_two_showed_is_refused(tmp_path: Path, shown: str) -> None:
    text = CLOUD.replace("Asia/Shanghai", "Europe/Berlin").replace(
        "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M"
    )

    with pytest.raises(SheetError, match="put forward or back"):
        read(an_export(f"{shown},SHV-0001,60,1"), a_mapping(tmp_path, text))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('id = "cloud"', 'id = "other"', "id: expected the file's name"),
        ('metric = "load_power"', 'metric = "watts"', "a metric of the catalog"),
        ("scale = 0.001", "scale = 0", "a number other than 0"),
        ('zone = "Asia/Shanghai"', "", "time.zone"),
        ('zone = "Asia/Shanghai"', 'zone = "Mars/Base"', "time.zone"),
        ('is = "painted_number"', 'is = "colour"', "device.is"),
        ('column = "灯杆"', 'column = "灯杆"\nid = "kh-lamp-1"', "device: expected column, or id"),
        ('encoding = "gb18030"', 'encoding = "klingon"', "file.encoding"),
        ('encoding = "gb18030"', 'encodings = "gb18030"', "file.encodings"),
        ('metric = "energy_used"', 'metric = "load_power"', "each metric once"),
    ],
)
def test_a_mapping_that_cannot_be_used_says_why(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    assert before in CLOUD
    with pytest.raises(MappingError, match=said):
        a_mapping(tmp_path, CLOUD.replace(before, after))


def test_every_mapping_that_is_shipped_can_be_used() -> None:
    assert sorted(sheet_mappings()) == sorted(path.stem for path in SHIPPED.glob("*.toml"))
