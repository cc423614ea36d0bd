"""Files of readings in the forms that loggers, vendor clouds and people write them."""

import io
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook

from ingest.registry.registry import Registry
from ingest.sheets.mapping import SheetMapping, load_sheet_mapping
from ingest.sheets.reading import Read, read_sheet
from tests.builders import a_device, a_registry
from tests.ingest.arrivals import NOW

# A vendor cloud's export keeps Beijing time, in GB 18030, with energy in watt-hours.
CLOUD = """
id = "cloud"
source = "a vendor's export"
[file]
encoding = "gb18030"
[time]
columns = ["采集时间"]
format = "%Y/%m/%d %H:%M:%S"
zone = "Asia/Shanghai"
[device]
column = "灯杆"
is = "painted_number"
[[value]]
column = "负载功率"
metric = "load_power"
[[value]]
column = "用电量Wh"
metric = "energy_used"
scale = 0.001
"""
REGISTRY = a_registry(
    a_device("kh-lamp-1", painted_number="SHV-0001", serial="S-1"),
    a_device("kh-lamp-2", painted_number="SHV-0002"),
    a_device("kh-lamp-3", painted_number="TWIN"),
    a_device("kh-lamp-4", painted_number="TWIN"),
)


def a_mapping(folder: Path, text: str = CLOUD, name: str = "cloud") -> SheetMapping:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return load_sheet_mapping(path)


def an_export(*rows: str) -> bytes:
    return "\r\n".join(("采集时间,灯杆,负载功率,用电量Wh", *rows)).encode("gb18030")


def a_workbook(*rows: list[object], title: str = "Data") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read(
    content: bytes, mapping: SheetMapping, *, registry: Registry = REGISTRY, now: datetime = NOW
) -> Read:
    return read_sheet(
        "export.csv", content, mapping, registry=registry, entered_by="a-technician", now=now
    )
