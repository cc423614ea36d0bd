"""Thresholds by which equipment is judged: thresholds.csv, each with what it rests on."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files


def threshold(name: str) -> float:
    """Return a threshold, in the unit written there."""
    return _table()[name]


@cache
def _table() -> Mapping[str, float]:
    text = files("analytics").joinpath("thresholds.csv").read_text(encoding="utf-8")
    return {row["name"]: float(row["value"]) for row in csv.DictReader(text.splitlines())}
