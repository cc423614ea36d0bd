"""A file read by its mapping: whose each row is, when it was measured, and what it says.

All or nothing: whoever brings a file is there to put it right, so the first cell that is not what
its column takes is the answer, and nothing of the file is taken in.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from math import isfinite
from typing import Final
from zoneinfo import ZoneInfo

from ingest.checks import impossible_times
from ingest.contract.catalog import metrics_of
from ingest.contract.chunk import Part
from ingest.contract.period import TIME_LIMIT_MS, micros, parse_rfc3339
from ingest.entered import Origin, Sheet
from ingest.registry.model import Device
from ingest.registry.registry import Registry
from ingest.sheets.mapping import SITE, DeviceKey, SheetMapping, TimeColumns, ValueColumn
from ingest.sheets.table import Cell, Row, SheetError, rows_of

_NUMBER: Final = {
    mark: re.compile(rf"[+-]?[0-9]+([{mark}][0-9]+)?([eE][+-]?[0-9]{{1,3}})?") for mark in ".,"
}
_MS: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A file as it was read."""

    sheet: Sheet
    rows: int  # that say something
    empty: int  # in which every value is missing
    doubled: int  # that stand in the file again, word by word


@dataclass(slots=True, kw_only=True)
class _Column:
    """The rows of one device."""

    device: Device
    line: dict[int, int] = field(default_factory=dict)  # by instant, ms
    said: dict[int, dict[str, float | None]] = field(default_factory=dict)


def read_sheet(
    file: str,
    content: bytes,
    mapping: SheetMapping,
    *,
    registry: Registry,
    entered_by: str,
    now: datetime,
) -> Read:
    """Read a file, or raise SheetError naming file, line and field."""
    reading = _Reading(file=file, mapping=mapping, registry=registry, now=now)
    for row in rows_of(file, content, mapping.layout, mapping.columns):
        reading.take(row)
    if not reading.found:
        raise SheetError(file, None, None, "expected at least one row that says something")
    digest = sha256(content).hexdigest()
    origin = Origin(file=file, sha256=digest, mapping=mapping.id, entered_by=entered_by)
    parts = tuple(_part(column, mapping.values) for column in reading.found.values())
    return Read(
        sheet=Sheet(origin=origin, parts=parts),
        rows=sum(len(part.number) for part in parts),
        empty=reading.empty,
        doubled=reading.doubled,
    )


@dataclass(slots=True, kw_only=True)
class _Reading:
    file: str
    mapping: SheetMapping
    registry: Registry
    now: datetime
    found: dict[str, _Column] = field(default_factory=dict)
    empty: int = 0
    doubled: int = 0
    named: dict[str, list[Device]] = field(default_factory=dict)

    def take(self, row: Row) -> None:
        """Take a row in."""
        said = {each.metric: self._value(row, each) for each in self.mapping.values}
        if all(value is None for value in said.values()):
            self.empty += 1
            return
        device = self._device(row)
        for each in self.mapping.values:
            if said[each.metric] is not None and each.metric not in metrics_of(device.device_class):
                told = f"expected no {each.metric} of a {device.device_class}"
                raise SheetError(self.file, row.line, each.column, told)
        at = self._instant(row, device)
        column = self.found.setdefault(device.id, _Column(device=device))
        before = column.said.setdefault(at, said)
        if before is not said:
            self._again(row, column, at, said)
        column.line.setdefault(at, row.line)

    def _again(self, row: Row, column: _Column, at: int, said: Mapping[str, float | None]) -> None:
        if column.said[at] != said:
            told = f"expected what line {column.line[at]} says of the same device and instant"
            raise SheetError(self.file, row.line, self.mapping.time.columns[0], told)
        self.doubled += 1

    def _value(self, row: Row, column: ValueColumn) -> float | None:
        cell = row.cells[column.column]
        if isinstance(cell, str):
            if cell in self.mapping.layout.missing:
                return None
            pattern = _NUMBER[self.mapping.layout.decimal]
            number = float(cell.replace(",", ".")) if pattern.fullmatch(cell) else None
        else:
            number = cell if isinstance(cell, float) else None
        if number is not None and isfinite(value := number * column.scale + column.offset):
            return value
        raise SheetError(self.file, row.line, column.column, f"expected a number, not {cell!r}")

    def _device(self, row: Row) -> Device:
        asked = self.mapping.device
        name = asked.id if asked.column is None else _text(row.cells[asked.column])
        if not self.named:
            self.named = self._names()
        found = self.named.get(name or "", [])
        if len(found) == 1:
            return found[0]
        many = ", ".join(device.id for device in found[:5])
        told = f"expected the {asked.key} of one device, not {name!r}"
        where = asked.column or "device"
        raise SheetError(self.file, row.line, where, f"{told} ({many})" if many else told)

    def _names(self) -> dict[str, list[Device]]:
        asked, found = self.mapping.device, dict[str, list[Device]]()
        devices = (
            self.registry.devices()
            if asked.zone is None
            else self.registry.devices_of_zone(asked.zone)
        )
        for device in devices:
            name = {
                DeviceKey.ID: str(device.id),
                DeviceKey.PAINTED_NUMBER: device.painted_number,
                DeviceKey.SERIAL: device.serial,
            }[asked.key]
            if name is not None:
                found.setdefault(name, []).append(device)
        return found

    def _instant(self, row: Row, device: Device) -> int:
        """Return when a row was measured. [ms, UTC]"""
        time = self.mapping.time
        cells = [row.cells[name] for name in time.columns]
        zone = self.registry.zone_of(device).timezone if time.zone == SITE else time.zone
        try:
            at = micros(_moment(cells, time, None if zone is None else ZoneInfo(zone))) // _MS
        except (ValueError, OverflowError) as error:
            shown = " ".join(map(_text, cells))
            told = f"expected an instant in the form {time.format}, not {shown!r}"
            detail = f"{told} ({error})" if isinstance(error, _ClockError) else told
            raise SheetError(self.file, row.line, time.columns[0], detail) from None
        part = Part(device=device.id, number=(1,), measured_at=(at,), values={})
        for defect in impossible_times(part, received_at=micros(self.now)):
            raise SheetError(self.file, row.line, time.columns[0], defect.reason)
        return at


class _ClockError(ValueError):
    """A local time that no clock or two clocks showed."""


def _moment(cells: Sequence[Cell], time: TimeColumns, zone: ZoneInfo | None) -> datetime:
    if len(cells) == 1 and isinstance(cells[0], datetime) and zone is not None:
        return _at(cells[0], zone)
    text = " ".join(map(_text, cells))
    match time.format:
        case "rfc3339":
            return parse_rfc3339(text)
        case "unix_s" | "unix_ms":
            seconds = float(text) / (_MS if time.format == "unix_ms" else 1)
            if not 0 <= seconds * _MS < TIME_LIMIT_MS:
                raise ValueError(text)
            return datetime.fromtimestamp(seconds, UTC)
        case _:
            moment = datetime.strptime(text, time.format)  # noqa: DTZ007 - the zone follows
            return moment if zone is None else _at(moment, zone)


def _at(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what a clock of a zone showed as an instant; it has to have shown it once."""
    if moment.tzinfo is not None:
        raise _ClockError("it has an offset of its own")
    first = moment.replace(tzinfo=zone).astimezone(UTC)
    last = moment.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first != last:
        raise _ClockError(f"the clocks of {zone.key} were put forward or back then")
    return first


def _text(cell: Cell) -> str:
    match cell:
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            return (
                f"{cell:%Y-%m-%d}"
                if cell == cell.replace(hour=0, minute=0, second=0)
                else (f"{cell:%Y-%m-%d %H:%M:%S}")
            )
        case _:
            return str(cell)


def _part(column: _Column, values: Sequence[ValueColumn]) -> Part:
    instants = sorted(column.said)
    names = [
        each.metric
        for each in values
        if any(column.said[at][each.metric] is not None for at in instants)
    ]
    return Part(
        device=column.device.id,
        number=tuple(range(1, len(instants) + 1)),
        measured_at=tuple(instants),
        values={name: tuple(column.said[at][name] for at in instants) for name in names},
    )
