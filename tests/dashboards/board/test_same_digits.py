"""The same month shows the same five numbers everywhere, and a lot is three clicks away."""

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from typing import Any

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.dashboards.board.conftest import CLOSED

COUNTRY = "KH"
MONTH = f"/v1/reports/country:{COUNTRY}/{CLOSED}"

Json = Any


@pytest.fixture(name="five")
def _five(board: TestClient) -> dict[str, str]:
    """The five numbers as the API has them."""
    told: Json = board.get(MONTH, headers={"Accept": "application/json"}).json()
    whole = next(each for each in told["figures"] if each["device_class"] == "all")
    light = next(each for each in told["availability"] if each["device_class"] == "streetlight")
    return {
        "avoided": whole["value"],
        "credited": whole["energy"]["credited"],
        "proven": light["proven_percent"],
        "coverage": whole["coverage"]["percent"],
        "devices": str(whole["coverage"]["handed_over"]),
    }


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", page)))


def test_the_board_shows_them(board: TestClient, five: dict[str, str]) -> None:
    text = _text(board.get(f"/board/reports/country:{COUNTRY}/{CLOSED}?lang=en").text)

    assert f"Emissions avoided {five['avoided']} t CO" in text
    assert f"Energy credited {five['credited']} MWh" in text
    assert f"Lamps proven in light {five['proven']} %" in text
    assert f"Coverage {five['coverage']} %" in text
    assert f" all {five['devices']} " in text


def test_the_pdf_shows_them(board: TestClient, five: dict[str, str]) -> None:
    pdf = board.get(f"{MONTH}?format=pdf&lang=en").content

    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)

    for name in ("avoided", "credited", "proven", "coverage", "devices"):
        assert re.search(rf"(?<![\d.]){re.escape(five[name])}(?![\d.])", text), name


def test_the_workbook_shows_them(board: TestClient, five: dict[str, str]) -> None:
    content = board.get(f"{MONTH}?format=xlsx&lang=en").content

    cells = {
        str(value)
        for sheet in load_workbook(BytesIO(content))
        for row in sheet.iter_rows(values_only=True)
        for value in row
        if value is not None
    }

    assert {_number(each) for each in five.values()} <= {_number(each) for each in cells}


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _links(page: str) -> Iterator[tuple[str, str]]:
    for address, inner in re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL):
        yield unescape(address), _text(inner).strip()


def test_the_worst_lot_and_whose_warranty_it_is_are_three_clicks_away(board: TestClient) -> None:
    first = board.get("/board/?lang=en").text
    lots = next(address for address, said in _links(first) if said == "Lots")

    page = board.get(lots).text
    worst = next(address for address, _ in _links(page) if address.startswith("/board/lots/"))
    text = _text(board.get(worst).text)

    assert "Supplier Example" in text
    assert re.search(r"Warranty until \d{4}-\d\d-\d\d \d+ days left", text)
    assert "Proven at work 21.4 %" in text
