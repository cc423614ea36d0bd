"""Every page of the board in Chromium: nothing serious for axe-core, nothing wider than the screen.

`make pictures` takes a picture of each, at two widths, light and dark, in English and Khmer; here
only a few are taken, to see that they can be.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from PIL import Image

from tests.dashboards.board.browsing import (
    PAGES,
    SCHEMES,
    WIDTHS,
    Look,
    judged,
    photographed,
)
from tests.servers import needs

FOLDER = os.environ.get("ZONEWATCH_PICTURES")
NO_PAGES = {"/board/board.css", "/board/icon.svg", "/board/repairs.csv"}
LANGUAGES = ("en", "km")
SERIOUS = {"serious", "critical"}
MOST_BYTES = 300_000
PHONE_PAGES = (
    "/board/",
    "/board/lots",
    "/board/commission",
    "/board/imports",
    "/board/alarms",
    "/board/repairs",
)
MOST_BYTES_ON_A_PHONE = 100_000


def _looks() -> Iterator[Look]:
    for page in PAGES:
        for width in WIDTHS:
            for language in LANGUAGES:
                yield Look(page=page, width=width, language=language)


def test_every_page_of_the_board_is_looked_at(board: TestClient) -> None:
    routes = getattr(board.app, "routes", [])
    paths = {
        route.path
        for route in routes
        if isinstance(route, APIRoute)
        and route.path.startswith("/board/")
        and "GET" in (route.methods or ())
    }
    forms = [re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path) + r"(\?.*)?") for path in paths]

    missing = {
        path
        for path, form in zip(paths, forms, strict=True)
        if path not in NO_PAGES and not any(form.fullmatch(page) for page in PAGES)
    }

    assert missing == set()


@pytest.mark.parametrize("scheme", SCHEMES)
@needs("chromium")
@needs("node")
def test_axe_finds_nothing_serious_and_nothing_is_too_wide(board: TestClient, scheme: str) -> None:
    told = judged(board, list(_looks()), scheme, axe=True)

    assert len(told) == len(PAGES) * len(WIDTHS) * len(LANGUAGES)
    wide = [each for each in told if each["wide"] > each["width"]]
    assert [(each["page"], each["width"], each["language"], each["wide"]) for each in wide] == []
    serious = {
        (each["page"], one["rule"], *one["where"][:1])
        for each in told
        for one in each["found"]
        if one["impact"] in SERIOUS
    }
    assert serious == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_first_view_is_small(board: TestClient, page: str) -> None:
    parts = [board.get(page), board.get("/board/board.css"), board.get("/board/icon.svg")]

    size = sum(len(each.content) for each in parts)

    assert size < (MOST_BYTES_ON_A_PHONE if page in PHONE_PAGES else MOST_BYTES)


@pytest.mark.parametrize("scheme", SCHEMES)
@needs("chromium")
def test_a_page_can_be_photographed(board: TestClient, tmp_path: Path, scheme: str) -> None:
    picture = tmp_path / "picture.png"

    photographed(board, Look(page="/board/", width=360, language="km"), scheme, picture, height=800)

    with Image.open(picture) as image:
        colors = image.convert("RGB").crop((0, 0, 360, 800)).getcolors(1 << 20)
    assert colors is not None
    assert len(colors) > 20


@pytest.mark.skipif(FOLDER is None, reason="make pictures")
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("look", list(_looks()), ids=lambda look: str(look.shown()))
@needs("chromium")
def test_pictures_are_taken(board: TestClient, look: Look, scheme: str) -> None:
    name = re.sub(r"[^a-z0-9]+", "-", look.page.removeprefix("/board")).strip("-") or "programme"
    folder = Path(FOLDER or "")
    folder.mkdir(parents=True, exist_ok=True)

    photographed(
        board,
        look,
        scheme,
        folder / f"{name}-{look.width}-{look.language}-{scheme}.png",
        height=2_400 if look.width < 500 else 1_600,
    )
