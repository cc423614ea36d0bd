"""The rows of a CSV or XLSX file as cells by column, bounded in size, each with its line."""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ingest.sheets.mapping import FileFormat, Layout

MOST_BYTES: Final = 16 << 20
MOST_ROWS: Final = 50_000
_MOST_INFLATED: Final = 256 << 20  # bytes, of an xlsx file
_MOST_COLUMNS: Final = 500
_LONGEST_CELL: Final = 1_000  # characters

Cell = str | float | datetime


class SheetError(ValueError):
    """A file that cannot be taken in: where, and what was expected there."""

    def __init__(self, file: str, line: int | None, field: str | None, expected: str) -> None:
        where = "".join(
            (file, f", line {line}" if line else "", f", {field!r}" if field is not None else "")
        )
        super().__init__(f"{where}: {expected}")
        self.file, self.line, self.field, self.expected = file, line, field, expected


@dataclass(frozen=True, slots=True)
class Row:
    """A row's cells by column, and the line it stands on, counted from 1."""

    line: int
    cells: Mapping[str, Cell]


def rows_of(file: str, content: bytes, layout: Layout, columns: Sequence[str]) -> Iterator[Row]:
    """Yield the rows below the header that are not empty, with the columns asked for.

    Raises:
        SheetError: The file is no such file, too large, or lacks a column.
    """
    if len(content) > MOST_BYTES:
        raise SheetError(file, None, None, f"expected at most {MOST_BYTES} bytes")
    lines = _csv if layout.format is FileFormat.CSV else _xlsx
    places: Mapping[str, int] | None = None
    found = 0
    for line, cells in lines(file, content, layout):
        if line < layout.header_line or not any(cell != "" for cell in cells):
            continue
        if places is None:
            places = _places(file, line, cells, columns)
            continue
        found += 1
        if found > MOST_ROWS:
            raise SheetError(file, line, None, f"expected at most {MOST_ROWS} rows")
        yield Row(line, {name: _cell(cells, place) for name, place in places.items()})
    if places is None:
        raise SheetError(
            file, layout.header_line, None, "expected the line with the columns' names"
        )


def _places(
    file: str, line: int, cells: Sequence[Cell], columns: Sequence[str]
) -> Mapping[str, int]:
    names = [str(cell).strip() for cell in cells]
    for column in columns:
        if names.count(column) != 1:
            told = "this column" if column not in names else "this column once"
            raise SheetError(file, line, column, f"expected {told}")
    return {column: names.index(column) for column in columns}


def _cell(cells: Sequence[Cell], place: int) -> Cell:
    cell = cells[place] if place < len(cells) else ""
    return cell.strip() if isinstance(cell, str) else cell


def _csv(file: str, content: bytes, layout: Layout) -> Iterator[tuple[int, Sequence[Cell]]]:
    try:
        text = content.decode(layout.encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise SheetError(file, line, None, f"expected text in {layout.encoding}") from None
    if "\x00" in text:
        raise SheetError(file, text[: text.index("\x00")].count("\n") + 1, None, "expected text")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=layout.delimiter, strict=True)
    began = 1
    try:
        for cells in reader:
            _hold_to(file, began, cells)
            yield began, cells
            began = reader.line_num + 1
    except csv.Error as error:
        raise SheetError(file, began, None, f"expected CSV: {error}") from None


def _xlsx(file: str, content: bytes, layout: Layout) -> Iterator[tuple[int, Sequence[Cell]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inflated = sum(each.file_size for each in archive.infolist())
        if inflated > _MOST_INFLATED:
            told = f"expected at most {_MOST_INFLATED} bytes inflated"
            raise SheetError(file, None, None, told)  # noqa: TRY301 - as the errors below
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        name = layout.sheet or book.sheetnames[0]
        if name not in book.sheetnames:
            raise SheetError(file, None, name, "expected a sheet of this name")  # noqa: TRY301
        for line, cells in enumerate(book[name].iter_rows(values_only=True), start=1):
            read = [_told(cell) for cell in cells]
            _hold_to(file, line, read)
            yield line, read
    except SheetError:
        raise
    except (InvalidFileException, zipfile.BadZipFile, zlib.error, OSError, LookupError, ValueError,
            TypeError, SyntaxError, AttributeError, OverflowError) as error:  # fmt: skip
        raise SheetError(file, None, None, f"expected an xlsx file: {error}") from None


def _told(cell: object) -> Cell:
    match cell:
        case None:
            return ""
        case bool():
            return str(cell)
        case int() | float():
            return float(cell)
        case datetime():
            return cell
        case date():
            return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001 - of the mapping's zone
        case _:
            return str(cell)


def _hold_to(file: str, line: int, cells: Sequence[Cell]) -> None:
    if len(cells) > _MOST_COLUMNS:
        raise SheetError(file, line, None, f"expected at most {_MOST_COLUMNS} columns")
    if any(isinstance(cell, str) and len(cell) > _LONGEST_CELL for cell in cells):
        raise SheetError(file, line, None, f"expected cells of at most {_LONGEST_CELL} characters")
