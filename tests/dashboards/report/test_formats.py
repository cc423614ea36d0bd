"""The formats, read back by libraries that did not write them: csv, openpyxl, pypdf."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Final

import openpyxl
import pytest
from pypdf import PdfReader

from dashboards.report.formats import Form, Format, written
from dashboards.wording.wording import UnknownLanguageError, languages
from tests.dashboards.report.documents import EVIL, Json, a_document, an_empty_document

DIGITS: Final = {"1234.5", "1220.1", "1248.9", "-56.7", "1502.250", "1412.125", "91.7", "87.3"}
SEPARATORS: Final = {  # CLDR 47: grouping and decimal sign, Latin digits
    "en": (",", "."),
    "zh": (",", "."),
    "km": (",", "."),
    "lo": (".", ","),
}


def as_file(document: Json, name: str, language: str = "en", *, brief: bool = False) -> bytes:
    return written(document, Form(format=Format(name), language=language, brief=brief))


def csv_rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def cells(content: bytes) -> Iterator[tuple[object, str, str]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                yield cell.value, str(cell.number_format), str(cell.data_type)


def pdf_pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def shown(value: float, number_format: str) -> str:
    """Return a number with the decimals that its format shows."""
    decimals = len(number_format.partition(".")[2])
    return f"{value:.{decimals}f}"


def test_csv_has_the_documents_digits() -> None:
    rows = csv_rows(as_file(a_document(), "csv"))

    assert {row["number"] for row in rows} >= DIGITS
    found = [row for row in rows if (row["section"], row["field"]) == ("figures", "value")]
    assert [(row["item"], row["number"], row["unit"]) for row in found] == [
        ("emissions_avoided", "1234.5", "t CO2"),
        ("emissions_avoided", "-56.7", "t CO2"),
        ("energy_generated", "1502.250", "MWh"),
        ("distance_driven", "", ""),
    ]


def test_xlsx_has_the_documents_digits_as_numbers() -> None:
    found = {
        shown(float(value), form)
        for value, form, kind in cells(as_file(a_document(), "xlsx"))
        if kind == "n" and isinstance(value, int | float)
    }

    assert found >= DIGITS


@pytest.mark.parametrize("language", sorted(SEPARATORS))
def test_pdf_has_the_documents_digits_with_the_languages_separators(language: str) -> None:
    text = " ".join(pdf_pages(as_file(a_document(), "pdf", language)))

    group, decimal = SEPARATORS[language]
    for digits in DIGITS:
        number = f"{float(digits):,.{len(digits.partition('.')[2])}f}"
        there = number.translate(str.maketrans(",.", group + decimal))
        assert there in text, digits


def test_json_is_the_document_in_every_language() -> None:
    made = {as_file(a_document(), "json", language) for language in languages()}

    assert [json.loads(each) for each in made] == [a_document()]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("name", list(Format))
def test_the_same_document_is_the_same_bytes(name: str, language: str) -> None:
    assert as_file(a_document(), name, language) == as_file(a_document(), name, language)


def test_no_instant_of_writing_is_in_a_pdf_or_a_workbook() -> None:
    information = PdfReader(io.BytesIO(as_file(a_document(), "pdf"))).metadata
    book = openpyxl.load_workbook(io.BytesIO(as_file(a_document(), "xlsx")))

    assert information is not None
    assert information.creation_date is None
    assert information.modification_date is None
    assert book.properties.created.year == 2000


@pytest.mark.parametrize("text", [EVIL, "@press"])
def test_no_text_becomes_a_formula(text: str) -> None:
    written_cells = [row["text"] for row in csv_rows(as_file(a_document(), "csv"))]
    found = list(cells(as_file(a_document(), "xlsx")))

    assert f"'{text}" in written_cells
    assert text not in written_cells
    assert f"'{text}" in [value for value, _, _ in found]
    assert all(kind != "f" for _, _, kind in found)


def test_what_is_missing_is_empty_and_never_zero() -> None:
    rows = csv_rows(as_file(a_document(), "csv"))
    missing = [row for row in rows if row["field"] == "point_percent"]

    assert [(row["number"], row["text"]) for row in missing] == [("", "")]


def test_the_mark_is_on_every_page_and_every_sheet() -> None:
    pages = pdf_pages(as_file(a_document(), "pdf"))
    book = openpyxl.load_workbook(io.BytesIO(as_file(a_document(), "xlsx")))

    assert len(pages) > 1
    assert all("SIMULATED" in page for page in pages)
    for sheet in book.worksheets:
        assert any("SIMULATED" in str(row[0].value) for row in sheet.iter_rows(max_row=4))


def test_what_is_real_has_no_mark() -> None:
    real = a_document(provenance="real", notes=[])

    assert not any("SIMULATED" in page for page in pdf_pages(as_file(real, "pdf")))


@pytest.mark.parametrize("language", languages())
def test_a_managers_brief_is_one_page(language: str) -> None:
    long = a_document(claims=a_document()["claims"] * 40, repairs=a_document()["repairs"] * 40)

    for document in (a_document(), long):
        assert len(pdf_pages(as_file(document, "pdf", language, brief=True))) == 1


@pytest.mark.parametrize("name", ["csv", "xlsx", "pdf"])
def test_a_period_without_data_is_a_report_that_says_so(name: str) -> None:
    content = as_file(an_empty_document(), name)

    if name == "pdf":
        text = " ".join(pdf_pages(content))
        assert "Nothing has been computed yet." in text
        assert "nothing to report" in text
    elif name == "xlsx":
        assert "Nothing has been computed yet." in [value for value, _, _ in cells(content)]
    else:
        assert csv_rows(content) == []


def test_metadata_name_the_columns_of_the_table() -> None:
    table = as_file(a_document(), "csv").decode("utf-8-sig")
    about = json.loads(as_file(a_document(), "csvw"))

    columns = about["tableSchema"]["columns"]
    assert [each["name"] for each in columns] == next(csv.reader(io.StringIO(table)))
    keys = about["tableSchema"]["primaryKey"]
    held = [tuple(row[key] for key in keys) for row in csv_rows(as_file(a_document(), "csv"))]
    assert len(set(held)) == len(held)
    for row in csv_rows(as_file(a_document(), "csv")):
        for each in columns:
            if each["datatype"] in ("decimal", "integer") and row[each["name"]]:
                assert re.fullmatch(r"-?\d+(\.\d+)?", row[each["name"]])


def test_a_language_without_a_catalogue_is_refused() -> None:
    with pytest.raises(UnknownLanguageError, match="expected one of en, km, lo, zh"):
        as_file(a_document(), "json", "xx")
