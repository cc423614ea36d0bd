"""Contrast by WCAG 2.2's own formula (relative luminance of sRGB)."""

from collections.abc import Mapping

import pytest

from dashboards.palette import AIR, DARK, LIGHT, MARK_OF, MARKS, ON_AIR, css


def luminance(color: str) -> float:
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.040_45 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_formula_gives_what_the_standard_says_of_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("ink", "ground"),
        ("ink", "surface"),
        ("muted", "ground"),
        ("muted", "surface"),
        ("accent", "surface"),
        ("accent", "ground"),
        ("accent", "accent-soft"),
        ("on-simulated", "simulated"),
        ("on-recorded", "recorded"),
        ("fault", "surface"),
        ("reachable", "surface"),
    ],
)
def test_text_can_be_read(colors: Mapping[str, str], text: str, ground: str) -> None:
    assert contrast(colors[text], colors[ground]) >= 4.5


@pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["surface", "ground", "night"])
@pytest.mark.parametrize("mark", ["reachable", "fault", "silent", "never", "series-1", "series-2"])
def test_marks_can_be_seen(colors: Mapping[str, str], mark: str, ground: str) -> None:
    assert contrast(colors[mark], colors[ground]) >= 3.0


def test_light_and_dark_name_the_same_colors() -> None:
    assert LIGHT.keys() == DARK.keys()
    assert css().count("--ink:") == 2


@pytest.mark.parametrize("name", AIR)
def test_an_index_can_be_read_on_its_color(name: str) -> None:
    assert contrast(ON_AIR[name], AIR[name]) >= 4.5


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("ground", ["#ffffff", "#f4f5f5", "#111217", "#181b1f"])
def test_a_mark_can_be_seen_on_grafanas_light_and_dark_grounds(mark: str, ground: str) -> None:
    assert contrast(MARKS[mark], ground) >= 3.0


def test_every_word_has_a_mark_that_there_is() -> None:
    assert set(MARK_OF.values()) <= MARKS.keys()
