"""Registry files: CSV in UTF-8, named after what they hold, read with every problem named."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Final

from ingest.contract.period import micros, parse_rfc3339
from ingest.registry.cells import Cell, CellError
from ingest.registry.kinds import BY_FILE, Column, Kind
from ingest.registry.model import Entry

ALWAYS: Final = micros(datetime(2000, 1, 1, tzinfo=UTC))
"""From when on an entry is valid whose file does not say."""

_EARLIEST: Final = micros(datetime(1970, 1, 1, tzinfo=UTC))
_LATEST: Final = micros(datetime(2100, 1, 1, tzinfo=UTC))
_SHOWN: Final = 60  # characters of a cell in a problem


def _take_instant(text: str) -> int | None:
    try:
        if len(text) == len("2026-10-31"):
            moment = datetime.combine(date.fromisoformat(text), time(), tzinfo=UTC)
        else:
            moment = parse_rfc3339(text)
    except (ValueError, OverflowError):
        return None
    at = micros(moment)
    return at if _EARLIEST <= at < _LATEST else None


VALID_FROM: Final = Column(
    "valid_from",
    Cell("a day or an instant from 1970 to 2099, like 2026-10-31T17:00:00Z", _take_instant),
    empty=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong with a file, and where."""

    path: Path
    line: int | None
    text: str

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a file; without an item where its cells are not right."""

    kind: Kind
    path: Path
    line: int
    id: str
    valid_from: int  # microseconds
    item: Entry | None


@dataclass(slots=True)
class Reading:
    """What some files hold, and everything that is wrong with them."""

    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: set[type[Entry]] = field(default_factory=set)
    """Kinds of which a file could not be read, so that what refers to them cannot be judged."""


def read_files(paths: Sequence[Path]) -> Reading:
    """Read registry files, each by its name."""
    reading = Reading()
    for path in paths:
        _File(path, reading).read()
    return reading


@dataclass(slots=True)
class _File:
    """One file on its way into a reading."""

    path: Path
    reading: Reading

    def read(self) -> None:
        kind = BY_FILE.get(self.path.name.split(".")[0])
        if kind is None or self.path.suffix != ".csv":
            names = ", ".join(f"{file}.csv" for file in BY_FILE)
            self._note(
                None,
                f"expected a file named {names} or with a word in between, like devices.north.csv",
            )
            return
        text = self._text()
        if text is None or not self._read_rows(kind, text):
            self.reading.unread.add(kind.item)

    def _text(self) -> str | None:
        try:
            content = self.path.read_bytes()
        except OSError as error:
            self._note(None, f"cannot be read: {error.strerror}")
            return None
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            self._note(line, f"expected UTF-8, got the byte 0x{error.object[error.start]:02x}")
            return None

    def _read_rows(self, kind: Kind, text: str) -> bool:
        """Tell whether the file could be read to its end."""
        lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        try:
            header = [name.strip() for name in next(lines, [])]
            if not self._header_right(kind, header):
                return False
            start = lines.line_num + 1
            for cells in lines:
                if any(cells):
                    self._read_row(kind, header, start, [cell.strip() for cell in cells])
                start = lines.line_num + 1
        except csv.Error as error:
            self._note(lines.line_num, f"expected comma-separated values: {error}")
            return False
        return True

    def _header_right(self, kind: Kind, header: Sequence[str]) -> bool:
        known = [*(column.name for column in kind.columns), VALID_FROM.name]
        wrong = [
            *(
                f"column {name}: expected one of {', '.join(known)}"
                for name in header
                if name not in known
            ),
            *(
                f"column {column.name}: expected in the header, got none"
                for column in kind.columns
                if not column.empty and column.name not in header
            ),
            *(
                f"column {name}: expected once, got {header.count(name)} of it"
                for name in known
                if header.count(name) > 1
            ),
        ]
        for text in wrong:
            self._note(1, text)
        return not wrong

    def _read_row(self, kind: Kind, header: Sequence[str], line: int, cells: Sequence[str]) -> None:
        if len(cells) != len(header):
            self._note(line, f"expected {len(header)} cells, got {len(cells)}")
            return
        row = dict(zip(header, cells, strict=True))
        before = len(self.reading.problems)
        values = {column.name: self._value(line, column, row) for column in kind.columns}
        valid_from = self._value(line, VALID_FROM, row)
        item = kind.make(values) if len(self.reading.problems) == before else None
        for wrong in () if item is None else kind.judge(item):
            self._unexpected(line, wrong.column, wrong.expected, row)
        self.reading.rows.append(
            Row(
                kind=kind,
                path=self.path,
                line=line,
                id=row[kind.key],
                valid_from=valid_from if isinstance(valid_from, int) else ALWAYS,
                item=item,
            )
        )

    def _value(self, line: int, column: Column, row: Mapping[str, str]) -> object:
        try:
            return column.read(row.get(column.name, ""))
        except CellError as error:
            self._unexpected(line, column.name, error.expected, row)
            return None

    def _unexpected(self, line: int, column: str, expected: str, row: Mapping[str, str]) -> None:
        text = row.get(column, "")
        got = repr(text[:_SHOWN]) if text else "nothing"
        self._note(line, f"column {column}: expected {expected}, got {got}")

    def _note(self, line: int | None, text: str) -> None:
        self.reading.problems.append(Problem(path=self.path, line=line, text=text))
