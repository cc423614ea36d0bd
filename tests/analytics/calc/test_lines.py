"""Lines in and lines out, whatever a line says."""

import json

import pytest

from analytics.calc.kinds import calculator
from analytics.calc.lines import answers


def answered(*lines: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in answers(lines, calculator("counters"))]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param('{"id": "a"}', "values: expected a list of numbers, got None", id="absent"),
        pytest.param(
            '{"id": "a", "values": [1, "x"]}', "values[1]: expected a number, got 'x'", id="text"
        ),
        pytest.param(
            '{"id": "a", "values": [true]}', "values[0]: expected a number, got True", id="boolean"
        ),
        pytest.param(
            '{"id": "a", "values": ["NaN"]}',
            "values[0]: expected a finite number, got 'NaN'",
            id="not a number",
        ),
    ],
)
def test_a_row_that_cannot_be_computed_is_answered_with_the_reason(line: str, reason: str) -> None:
    assert answered(line) == [{"id": "a", "error": reason}]


@pytest.mark.parametrize("line", ["[1]", "7", "{", "null", "[" * 100_000])
def test_a_line_that_is_no_object_does_not_stop_the_next(line: str) -> None:
    told = answered(line, '{"id": "b", "values": [1, 2]}')

    assert told[0] == {"id": None, "error": "line 1: expected a JSON object"}
    assert told[1]["id"] == "b"
    assert told[1]["result"] == {"delta": 1.0, "resets": 0, "ignored_dips": 0, "error": None}


def test_blank_lines_are_not_answered() -> None:
    assert answered("", "\n") == []


def test_a_number_in_a_cell_is_as_good_as_a_number() -> None:
    assert answered('{"id": 1, "values": ["1.5", 2]}')[0]["id"] == 1
