"""Thresholds are data: each is used, and each says what it rests on."""

import csv
import re
from pathlib import Path

import analytics
from analytics.thresholds import threshold

FOLDER = Path(analytics.__file__).parent


def rows() -> list[dict[str, str]]:
    with (FOLDER / "thresholds.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_threshold_is_used_and_none_is_missing() -> None:
    code = "".join(path.read_text("utf-8") for path in FOLDER.rglob("*.py"))
    used = set(re.findall(r'threshold\("([a-z_]+)"\)', code))

    assert used == {row["name"] for row in rows()}


def test_every_threshold_says_what_it_rests_on() -> None:
    for row in rows():
        assert row["evidence"] in {"assumed", "source", "code"}
        assert row["meaning"]
        assert row["unit"]
        assert threshold(row["name"]) == float(row["value"]) > 0
