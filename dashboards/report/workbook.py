"""A report as XLSX: a sheet a section, numbers as numbers with their decimals.

The same view is the same bytes: no instant of writing is in them. A text is written as a text,
so that no cell is a formula.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING, Final

import xlsxwriter

from dashboards.palette import LIGHT
from dashboards.report.guarding import guarded_text
from dashboards.report.view import Cell, Kind, Section, View
from dashboards.wording.wording import Wording

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_NEVER: Final = datetime(2000, 1, 1, tzinfo=UTC)  # instead of the instant of writing
_SHEET_NAME: Final = 31  # characters, Excel's limit
_NOT_IN_A_NAME: Final = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_WIDEST: Final = 60  # characters


class Book:
    """A workbook being written."""

    def __init__(self, out: BytesIO) -> None:
        self._book = xlsxwriter.Workbook(
            out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        self._book.set_properties({"author": "Zonewatch", "created": _NEVER.replace(tzinfo=None)})
        ground = {"bold": True, "bg_color": LIGHT["accent-soft"], "text_wrap": True}
        self.head = self._book.add_format(ground | {"bottom": 1, "valign": "top"})
        self.title = self._book.add_format({"bold": True, "font_size": 16})
        self.warning = self._book.add_format(
            {"bold": True, "bg_color": LIGHT["simulated"], "font_color": LIGHT["on-simulated"]}
        )
        self.wrapped = self._book.add_format({"text_wrap": True, "valign": "top"})
        self.day = self._book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
        self._numbers: dict[int, Format] = {}

    def number(self, digits: str) -> "Format":
        """Return the format with as many decimals as a number was written with."""
        decimals = len(digits.partition(".")[2])
        if decimals not in self._numbers:
            form = "#,##0" + ("." + "0" * decimals if decimals else "")
            self._numbers[decimals] = self._book.add_format({"num_format": form, "valign": "top"})
        return self._numbers[decimals]

    def sheet(self, title: str) -> "Worksheet":
        """Return a new sheet."""
        name = title.translate(_NOT_IN_A_NAME)[:_SHEET_NAME].strip("' ")
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        return sheet

    def close(self) -> None:
        """Write it all."""
        self._book.close()


def workbook(view: View) -> bytes:
    """Return a report as XLSX."""
    out = BytesIO()
    book = Book(out)
    _summary(book, view)
    for section in view.sections:
        _section(book, view, section)
    book.close()
    return out.getvalue()


def _summary(book: Book, view: View) -> None:
    say = Wording(view.language)
    sheet = book.sheet(say("report.section.summary"))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 3, 30)
    sheet.write_string(0, 0, view.title, book.title)
    sheet.write_string(1, 0, guarded_text(view.subject))
    row = _warned(book, sheet, view, 2)
    for each in view.headlines:
        sheet.write_string(row, 0, each.label)
        _write(book, sheet, (row, 1), each.cell)
        sheet.write_string(row, 2, each.unit)
        sheet.write_string(row, 3, each.below)
        row += 1
    told = [*view.facts, (view.lineage_label, view.lineage), ("SHA-256", view.digest)]
    for name, text in told:
        row += 1
        sheet.write_string(row, 0, name)
        sheet.write_string(row, 1, guarded_text(text))
    sheet.write_string(row + 2, 0, view.notes_title, book.head)
    for number, note in enumerate(view.notes, start=row + 3):
        sheet.write_string(number, 0, guarded_text(note))


def _section(book: Book, view: View, section: Section) -> None:
    sheet = book.sheet(section.title)
    top = _warned(book, sheet, view, 0)
    labels, rows = section.table.labels, section.table.rows
    if not rows:
        sheet.write_string(top, 0, section.empty)
        return
    for column, label in enumerate(labels):
        sheet.write_string(top, column, label, book.head)
        sheet.set_column(column, column, _width(label, [row[column] for row in rows]))
    for number, row in enumerate(rows, start=top + 1):
        for column, cell in enumerate(row):
            _write(book, sheet, (number, column), cell)
    sheet.freeze_panes(top + 1, 1)
    sheet.autofilter(top, 0, top + len(rows), len(labels) - 1)


def _warned(book: Book, sheet: "Worksheet", view: View, row: int) -> int:
    """Say on a sheet that nothing on it was measured, where that is so; return the next row."""
    if view.mark is None:
        return row
    sheet.write_string(row, 0, f"{view.mark} · {view.meaning}", book.warning)
    sheet.set_header(f'&C&"Bold"{view.mark}')
    return row + 1


def _write(book: Book, sheet: "Worksheet", place: tuple[int, int], cell: Cell) -> None:
    if cell.kind is Kind.NUMBER:
        sheet.write_number(*place, float(cell.value), book.number(cell.value))
    elif cell.kind is Kind.DAY:
        sheet.write_datetime(*place, datetime.fromisoformat(cell.value), book.day)
    elif cell.kind is Kind.TEXT:
        sheet.write_string(*place, guarded_text(cell.text), book.wrapped)


def _width(label: str, cells: Sequence[Cell]) -> int:
    longest = max((len(cell.text) for cell in cells), default=0)
    return min(_WIDEST, max(longest, len(label) // 2, 8) + 2)
