"""What the report of pip-audit comes to."""

import json

import pytest

from tools.advisories import judged

SOUND = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1"}]}
UNKNOWN = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("found", "status", "says"),
    [
        pytest.param([SOUND, UNKNOWN], 0, "none for 1 of 2 packages", id="sound"),
        pytest.param([SOUND, BAD], 1, "b 2: PYSEC-1", id="bad"),
        pytest.param([UNKNOWN], 0, "nothing was checked", id="nothing known"),
        pytest.param([], 0, "nothing was checked", id="nothing at all"),
    ],
)
def test_a_vulnerability_fails_and_want_of_data_is_said(
    found: list[dict[str, object]], status: int, says: str
) -> None:
    result = judged(json.dumps({"dependencies": found}))

    assert result[0] == status
    assert says in result[1]


@pytest.mark.parametrize("report", ["", "no JSON", "[]", "{}"])
def test_a_report_that_did_not_come_is_no_vulnerability(report: str) -> None:
    assert judged(report) == (0, "they cannot be had here, so nothing was checked")
