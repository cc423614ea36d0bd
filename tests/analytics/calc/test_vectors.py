"""Every kind of the calculator, against vectors computed elsewhere: a file a kind, named after it.

A line is a row as the calculator takes it, with what is `expected` beside it, how near
(`tolerance`, absolute; none where the digits are exact) and where the value comes from. An instant
is held to its tolerance in seconds.
"""

import json
import re
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest

from analytics.calc.kinds import KINDS, calculator
from analytics.calc.lines import answers

FILES = sorted((Path(__file__).parent / "vectors").glob("*.jsonl"))
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")
NOT_GIVEN = ("expected", "tolerance", "note", "source")


def test_every_kind_has_vectors() -> None:
    assert [file.stem for file in FILES] == sorted(KINDS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_holds_its_vectors(file: Path) -> None:
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    given = [{name: row[name] for name in row if name not in NOT_GIVEN} for row in rows]

    told = list(answers(map(json.dumps, given), calculator(file.stem)))

    assert len(told) == len(rows)
    wrong = defaultdict(list)
    for row, line in zip(rows, told, strict=True):
        answer = json.loads(line)
        if not _holds(answer.get("result"), row["expected"], row.get("tolerance", 0.0)):
            wrong[row["id"]].append((row["expected"], answer))
    assert not wrong


def _holds(told: object, expected: object, tolerance: float) -> bool:
    """Whether all that is expected was told, within the tolerance; more may be told."""
    if isinstance(expected, dict):
        if not isinstance(told, dict):
            return False
        found = cast("dict[str, object]", told)
        wanted = cast("dict[str, object]", expected)
        return all(
            name in found and _holds(found[name], wanted[name], tolerance) for name in wanted
        )
    if isinstance(expected, list):
        if not isinstance(told, list) or len(told) != len(expected):
            return False
        pairs = zip(cast("list[object]", told), cast("list[object]", expected), strict=True)
        return all(_holds(one, other, tolerance) for one, other in pairs)
    if isinstance(expected, bool) or not isinstance(expected, int | float):
        return told == expected or _near_instant(told, expected, tolerance)
    is_number = isinstance(told, int | float) and not isinstance(told, bool)
    return is_number and abs(cast("float", told) - expected) <= tolerance


def _near_instant(told: object, expected: object, tolerance_s: float) -> bool:
    if not isinstance(told, str) or not isinstance(expected, str) or not INSTANT.match(expected):
        return False
    apart = datetime.fromisoformat(told) - datetime.fromisoformat(expected)
    return abs(apart.total_seconds()) <= tolerance_s
