"""A month's numbers are the same digits on the command line, over HTTP, and in every format.

They are read back by libraries that did not write them: csv, openpyxl, pypdf.
"""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader

from tests.api.closing.commands import Json, run
from tests.api.closing.october import PERIOD, running, sources_of
from tests.api.people import a_door, a_token, bearer

SECTIONS = ("figures", "availability", "sensitivity", "memo")
PERCENTS = ("proven_percent", "low_percent", "high_percent", "data_percent")


def numbers(document: Json) -> Iterator[tuple[str, int, str, str]]:
    """Yield section, row, field and digits of what people quote."""
    for section in SECTIONS:
        for row, each in enumerate(document[section], start=1):
            for name in ("value", "lower", "upper", "low", "high", *PERCENTS):
                if each.get(name) is not None:
                    yield section, row, name, each[name]
            if section == "figures":
                yield section, row, "energy_credited", each["energy"]["credited"]
                yield section, row, "coverage_percent", each["coverage"]["percent"]


def taken_home(home: Path, folder: Path, form: str) -> bytes:
    file = folder / f"october.{form}"
    status, _, err = run(home, "report", *PERIOD, "--format", form, "-o", str(file))
    assert status == 0, err
    return file.read_bytes()


@pytest.fixture(scope="module")
def document(signed_once: Path) -> Json:
    return json.loads(run(signed_once, "report", *PERIOD)[1])


def test_http_gives_the_bytes_of_the_command_line(signed: Path) -> None:
    status, out, _ = run(signed, "report", *PERIOD)
    assert status == 0
    with running(signed) as zone:
        sources = sources_of(zone)
        client: TestClient = a_door(sources)
        token = bearer(a_token(sources, "vera", role="verifier")[1])
        answered = client.get("/v1/reports/zone:north/2026-10", headers=token)

    assert answered.text == out


def test_a_csv_has_each_number_in_its_place(
    signed_once: Path, tmp_path: Path, document: Json
) -> None:
    text = taken_home(signed_once, tmp_path, "csv").decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text))
    found = {(each["section"], int(each["row"]), each["field"], each["number"]) for each in rows}

    assert found >= set(numbers(document))


def test_a_workbook_shows_each_number(signed_once: Path, tmp_path: Path, document: Json) -> None:
    book = openpyxl.load_workbook(io.BytesIO(taken_home(signed_once, tmp_path, "xlsx")))
    shown = {
        f"{float(cell.value):.{len(str(cell.number_format).partition('.')[2])}f}"
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "n" and isinstance(cell.value, int | float)
    }

    assert shown >= {digits for *_, digits in numbers(document)}


def test_a_pdf_shows_each_number(signed_once: Path, tmp_path: Path, document: Json) -> None:
    pages = PdfReader(io.BytesIO(taken_home(signed_once, tmp_path, "pdf"))).pages
    text = " ".join(page.extract_text() for page in pages)

    for *place, digits in numbers(document):
        decimals = len(digits.partition(".")[2])
        assert f"{float(digits):,.{decimals}f}" in text, place
