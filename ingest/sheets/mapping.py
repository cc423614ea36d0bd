"""Mappings of files: TOML that says which column is which metric, of which device, and when.

id, source; [file], [time], [device] and at least one [[value]]:

    [file]                       # may be left out
    format = "csv"               # or xlsx
    encoding = "utf-8"           # gb18030 for most Chinese exports
    delimiter = ","
    decimal = "."                # or ","
    sheet = "Sheet1"             # of an xlsx file; the first one where none is named
    header_line = 1              # lines above it are passed over
    missing = ["", "-"]          # cells that say nothing
    [time]
    columns = ["Date", "Time"]   # joined by a space
    format = "%Y-%m-%d %H:%M"    # of strptime, or rfc3339, unix_s, unix_ms
    zone = "Asia/Shanghai"       # whose clock it is; "site": the time zone of the device
    [device]
    column = "Pole"              # or, where all rows are of one: id = "kh-lamp-001"
    is = "painted_number"        # or serial, id
    zone = "kh-sihanoukville"    # where painted numbers are of one zone; may be left out
    [[value]]
    column = "Energy (Wh)"
    metric = "energy_used"
    scale = 0.001                # metric = cell * scale + offset, in the metric's unit
    offset = 0.0
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar, cast
from zoneinfo import ZoneInfo

from ingest.contract import fields
from ingest.contract.fields import MalformedError
from ingest.mapping_files import MappingError, only, scaling

_KEYS: Final = {"id", "source", "file", "time", "device", "value"}
_FILE: Final = {"format", "encoding", "delimiter", "decimal", "sheet", "header_line", "missing"}
_INSTANTS: Final = ("rfc3339", "unix_s", "unix_ms")
SITE: Final = "site"
"""Stands for the time zone that the device's own site is in."""


class FileFormat(StrEnum):
    """How a file is written."""

    CSV = "csv"
    XLSX = "xlsx"


class DeviceKey(StrEnum):
    """What a file calls a device by."""

    ID = "id"
    PAINTED_NUMBER = "painted_number"
    SERIAL = "serial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How the cells of a file are laid out."""

    format: FileFormat = FileFormat.CSV
    encoding: str = "utf-8"
    delimiter: str = ","
    decimal: str = "."
    sheet: str | None = None
    header_line: int = 1
    missing: frozenset[str] = frozenset({"", "-"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeColumns:
    """Where a row's instant stands, and whose clock told it."""

    columns: tuple[str, ...]
    format: str
    zone: str | None  # IANA name, or SITE; None where the instant has its own offset

    @property
    def absolute(self) -> bool:
        """Whether an instant says by itself how far from UTC it is."""
        return self.format in _INSTANTS


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceColumn:
    """How a row says whose it is."""

    column: str | None
    key: DeviceKey
    id: str | None = None  # of all rows
    zone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueColumn:
    """A column that holds a metric's values: metric = cell * scale + offset, in its unit."""

    column: str
    metric: str
    scale: float
    offset: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMapping:
    """What one kind of file says, and where."""

    id: str
    layout: Layout
    time: TimeColumns
    device: DeviceColumn
    values: tuple[ValueColumn, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column that a file must have."""
        own = () if self.device.column is None else (self.device.column,)
        return (*self.time.columns, *own, *(value.column for value in self.values))


def load_sheet_mapping(path: Path) -> SheetMapping:
    """Read one mapping, or raise MappingError."""
    try:
        return _mapping(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingError(path, f"expected a readable TOML file: {error}") from None
    except MalformedError as error:
        raise MappingError(path, str(error)) from None


SHIPPED: Final = Path(__file__).parent / "mappings"


def sheet_mappings(*folders: Path) -> dict[str, SheetMapping]:
    """Return the mappings that are shipped, and those in further folders, by id."""
    found: dict[str, SheetMapping] = {}
    for folder in (SHIPPED, *folders):
        for path in sorted(folder.glob("*.toml")):
            if path.stem in found:
                raise MappingError(path, f"there is a mapping {path.stem} already")
            found[path.stem] = load_sheet_mapping(path)
    return found


def _mapping(name: str, body: Mapping[str, object]) -> SheetMapping:
    only(body, _KEYS, "")
    if fields.name(body.get("id"), "id") != name:
        raise MalformedError("id", f"the file's name, {name}")
    fields.text(body.get("source"), "source")
    values = fields.sequence(body.get("value", []), "value")
    if not values:
        raise MalformedError("value", "at least one [[value]]")
    read = tuple(_value(one, f"value[{place}].") for place, one in enumerate(values))
    if len({value.metric for value in read}) < len(read):
        raise MalformedError("value", "each metric once")
    return SheetMapping(
        id=name,
        layout=_layout(fields.mapping(body.get("file", {}), "file")),
        time=_time(fields.mapping(body.get("time"), "time")),
        device=_device(fields.mapping(body.get("device"), "device")),
        values=read,
    )


def _layout(body: Mapping[str, object]) -> Layout:
    only(body, _FILE, "file.")
    usual = Layout()
    missing = fields.sequence(body.get("missing", sorted(usual.missing)), "file.missing")
    line = fields.count(body.get("header_line", 1), "file.header_line")
    if not line:
        raise MalformedError("file.header_line", "a line, counted from 1")
    return Layout(
        format=_one_of(FileFormat, body.get("format", usual.format), "file.format"),
        encoding=_encoding(body.get("encoding", usual.encoding)),
        delimiter=_letter(body.get("delimiter", usual.delimiter), "file.delimiter"),
        decimal=_letter(body.get("decimal", usual.decimal), "file.decimal", among=".,"),
        sheet=None if "sheet" not in body else fields.text(body["sheet"], "file.sheet"),
        header_line=line,
        missing=frozenset(fields.text(each, "file.missing") for each in missing),
    )


def _time(body: Mapping[str, object]) -> TimeColumns:
    only(body, {"columns", "format", "zone"}, "time.")
    columns = fields.sequence(body.get("columns"), "time.columns")
    if not columns:
        raise MalformedError("time.columns", "at least one column")
    form = fields.text(body.get("format"), "time.format")
    zone = body.get("zone")
    aware = form in _INSTANTS or "%z" in form
    if (zone is None) != aware:
        raise MalformedError("time.zone", "a time zone, unless the format has its own offset")
    return TimeColumns(
        columns=tuple(fields.text(each, "time.columns") for each in columns),
        format=form,
        zone=None if zone is None else _timezone(zone),
    )


def _timezone(value: object) -> str:
    name = fields.text(value, "time.zone")
    try:
        if name != SITE:
            ZoneInfo(name)
    except (LookupError, OSError, ValueError):
        raise MalformedError("time.zone", "a time zone's IANA name, or site") from None
    return name


def _device(body: Mapping[str, object]) -> DeviceColumn:
    only(body, {"column", "is", "id", "zone"}, "device.")
    if ("column" in body) == ("id" in body):
        raise MalformedError("device", "column, or id where all rows are of one device")
    zone = None if "zone" not in body else fields.name(body["zone"], "device.zone")
    if "id" in body:
        one = fields.name(body["id"], "device.id")
        return DeviceColumn(column=None, key=DeviceKey.ID, id=one, zone=zone)
    return DeviceColumn(
        column=fields.text(body["column"], "device.column"),
        key=_one_of(DeviceKey, body.get("is"), "device.is"),
        zone=zone,
    )


def _value(value: object, where: str) -> ValueColumn:
    body = fields.mapping(value, where)
    only(body, {"column", "metric", "scale", "offset"}, where)
    metric, scale, offset = scaling(body, where)
    column = fields.text(body.get("column"), f"{where}column")
    return ValueColumn(column=column, metric=metric, scale=scale, offset=offset)


_Choice = TypeVar("_Choice", bound=StrEnum)


def _one_of(kind: type[_Choice], value: object, where: str) -> _Choice:
    if value not in list(kind):
        raise MalformedError(where, f"one of {', '.join(kind)}")
    return kind(cast("str", value))


def _letter(value: object, where: str, *, among: str = "") -> str:
    if not isinstance(value, str) or len(value) != 1 or (among and value not in among):
        raise MalformedError(where, "one character" + (f" of {' '.join(among)}" if among else ""))
    return value


def _encoding(value: object) -> str:
    name = fields.text(value, "file.encoding")
    try:
        "".encode(name)
    except (LookupError, UnicodeError):
        raise MalformedError("file.encoding", "an encoding like utf-8 or gb18030") from None
    return name
