"""What solar lamps are designed for: figures of design.csv, each with its source."""

import csv
from functools import cache
from importlib.resources import files


@cache
def design(name: str) -> float:
    """Return a figure of design.csv, in the unit written there."""
    text = files("analytics.lighting").joinpath("design.csv").read_text(encoding="utf-8")
    values = {row["name"]: float(row["value"]) for row in csv.DictReader(text.splitlines())}
    return values[name]
