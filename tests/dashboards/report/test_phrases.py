"""Every sentence that figures, claims and revisions can hold is in the catalogues.

The sentences are gathered from the code that yields them, with an example in each gap.
"""

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from analytics.air.limits import limits
from analytics.claims.claim import published_claims
from analytics.factors.grid import FactorNotFoundError
from analytics.memo import constants
from dashboards.report.language import Language
from dashboards.wording.wording import languages

ANALYTICS = Path(str(files("analytics")))
NO_SENTENCES = {"_lineage", "_method", "shown"}
CLASSES = ("car", "bus", "truck", "e_motorbike")
WHOLE = {
    *(ANALYTICS / "methods").glob("*.py"),
    *(ANALYTICS / name for name in ("judging.py", "report.py", "quoting.py")),
}


def example(node: ast.JoinedStr) -> str:
    """Return an f-string with a 7 in each gap."""
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values
    )


def sentences(tree: ast.AST) -> Iterator[str]:
    """Return the texts with blanks that functions return or yield, f-strings whole."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name not in NO_SENTENCES:
            for given in ast.walk(node):
                if isinstance(given, ast.Return | ast.Yield) and given.value is not None:
                    yield from texts(given.value)


def texts(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        yield example(node)
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str) and " " in node.value.strip():
            yield node.value
        return
    for child in ast.iter_child_nodes(node):
        yield from texts(child)


def of_the_code() -> set[str]:
    """Return the sentences; one that begins with a gap has its words elsewhere, by hand."""
    found = {text for path in WHOLE for text in sentences(ast.parse(path.read_text("utf-8")))}
    return {text for text in found if not text.startswith("7")}


OTHERS = {
    "before it was handed over",
    "energy above 1.2 times rated power times the day",
    "calibration expired: credited less its accuracy (devices: 3)",
    "coverage is below 90 % of what was handed over",
    *(f"{what} 60 W (assumed; plausibility cap only)" for what in ("lamp load", "PV peak power")),
    *(f"{name}: 7 l/100 km of the vehicle it took the place of (assumed)" for name in CLASSES),
    "sample of 12 of 2000: the lower bound of its 95 % interval is credited",
    "assumed input: PV peak power 3000 W (assumed; plausibility cap only)",
    "SIMULATED: not a measurement of real equipment; cannot be published.",
    "RECORDED: not a measurement of real equipment; cannot be published.",
    "air of 3 stations is not released by the ministry",
    "only what its reader sees: zone:kh-coast",
    "first prepared",
    "data that came or changed after it was prepared; decisions on data",
    "registry changes 3 to 5; tables of factors: grid.csv; software 0.1.0 to 0.2.0",
    "another method or input of the same software version",
    str(FactorNotFoundError("KH om on 2026-10-31", 0)),
    "not said",
    "recalled: verify before publishing",
    *(each.allowance for each in limits() if each.allowance),
    *(claim.scope for claim in published_claims()),
    *(str(each["label"]) for each in constants().values()),
}


@pytest.mark.parametrize("language", [each for each in languages() if each != "en"])
@pytest.mark.parametrize("text", sorted(of_the_code() | OTHERS))
def test_a_sentence_is_told_in_every_language(text: str, language: str) -> None:
    told = Language(language).phrase(text)

    assert told != text
    assert not any(" " + word + " " in told for word in ("the", "of", "not", "is"))


@pytest.mark.parametrize("language", [each for each in languages() if each != "en"])
@pytest.mark.parametrize("covers", ["metering only", "metering, sampling, estimating, factors"])
def test_what_an_interval_covers_is_told_part_by_part(covers: str, language: str) -> None:
    english, told = covers.split(", "), Language(language).covers(covers).split(", ")

    assert len(told) == len(english)
    assert not set(told) & set(english)
