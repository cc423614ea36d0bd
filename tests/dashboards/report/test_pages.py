"""Pages as pictures, against pictures that were looked at.

Where a change of the look is meant: look at the new pictures, then keep them with
ZONEWATCH_NEW_PICTURES=1.
"""

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from fontTools.ttLib import TTCollection, TTFont
from PIL import Image, ImageChops, ImageFilter, ImageStat

from dashboards.report.fonts import folders
from dashboards.report.language import Language
from dashboards.report.pages import pictures
from dashboards.report.view import View
from dashboards.report.viewing import view
from dashboards.wording.wording import Wording, languages
from tests.dashboards.report.documents import a_document

GOLDEN: Final = Path(__file__).parent / "golden"
DOTS_PER_INCH: Final = 50.0
DIFFERENT: Final = 1.5  # mean difference of blurred gray levels, of 255


def a_view(language: str, **changes: object) -> View:
    return view(a_document(**changes), Language(language))


def difference(some: Image.Image, other: Image.Image) -> float:
    """Return how different two pictures look: the mean after a blur, worst of 8 x 8 parts."""
    if some.size != other.size:
        return 255.0
    blurred = [each.convert("L").filter(ImageFilter.GaussianBlur(1.5)) for each in (some, other)]
    apart = ImageChops.difference(*blurred)
    width, height = (size // 8 for size in apart.size)
    parts = [
        apart.crop((x * width, y * height, (x + 1) * width, (y + 1) * height))
        for x in range(8)
        for y in range(8)
    ]
    return max(ImageStat.Stat(part).mean[0] for part in parts)


@pytest.mark.parametrize("brief", [False, True], ids=["whole", "brief"])
@pytest.mark.parametrize("language", languages())
def test_pages_look_as_they_were_looked_at(language: str, *, brief: bool) -> None:
    made = pictures(a_view(language), dots_per_inch=DOTS_PER_INCH, brief=brief)

    kind = "brief" if brief else "whole"
    names = [GOLDEN / f"{language}-{kind}-{number}.png" for number in range(1, len(made) + 1)]
    if os.environ.get("ZONEWATCH_NEW_PICTURES"):
        for name, content in zip(names, made, strict=True):
            Image.open(io.BytesIO(content)).convert("L").save(name, optimize=True)
    assert sorted(GOLDEN.glob(f"{language}-{kind}-*.png")) == names
    for name, content in zip(names, made, strict=True):
        apart = difference(Image.open(name), Image.open(io.BytesIO(content)))
        assert apart < DIFFERENT, name.name


def test_one_changed_digit_is_seen() -> None:
    figures = a_document()["figures"]
    changed = [figures[0] | {"value": "1284.5"}, *figures[1:]]

    page, other = (
        Image.open(io.BytesIO(pictures(each, dots_per_inch=DOTS_PER_INCH)[0]))
        for each in (a_view("en"), a_view("en", figures=changed))
    )

    assert difference(page, other) > DIFFERENT


@pytest.mark.parametrize("language", languages())
def test_the_fonts_that_come_along_have_every_sign_of_the_texts(language: str) -> None:
    wording = Wording(language)
    signs = {ord(sign) for key in wording.keys for sign in wording(key)}

    assert signs - signs_of_the_fonts() == set()


def signs_of_the_fonts() -> set[int]:
    found: set[int] = set()
    for folder in folders():
        for path in folder.rglob("*.[to]t[fc]"):
            fonts = TTCollection(path).fonts if path.suffix == ".ttc" else [TTFont(path)]
            found |= set(fonts[0].getBestCmap() or ())
    return found


def test_pages_are_the_same_bytes_in_another_process() -> None:
    program = (
        "import hashlib; from tests.dashboards.report.documents import a_document;"
        "from dashboards.report.formats import *;"
        "print([hashlib.sha256(written(a_document(), Form(format=each, language='km'))).hexdigest()"
        " for each in Format])"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            text=True,
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Vientiane"))
    ]

    assert runs[0] == runs[1]
