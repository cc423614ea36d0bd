"""Dashboards held to types that are not ours: Grafana's own, from npm's @grafana/schema 11.6.

The schemas know every property that a dashboard, a panel and our panels' options may have. They do
not know what is asked: that is what the real servers are for.
"""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from dashboards.grafana.publish import documents
from tests.servers import needs, node_modules

Json = Any
NAMES = tuple(documents())


def _schema(name: str) -> Json:
    folder = node_modules()
    assert folder is not None, "not installed: make web"
    return json.loads((folder / f"{name}.schema.json").read_text(encoding="utf-8"))


def _wrong(document: Json) -> Iterator[str]:
    for error in jsonschema.Draft7Validator(_schema("dashboard")).iter_errors(document):
        yield f"{list(error.path)}: {error.message}"
    for panel in document["panels"]:
        if panel["type"] != "row":
            options = jsonschema.Draft7Validator(_schema(panel["type"].replace("-", "")))
            for error in options.iter_errors(panel["options"]):
                yield f"{panel['title']}: {error.message}"


@pytest.mark.parametrize("name", NAMES)
@needs("node")
def test_a_dashboard_is_what_grafanas_types_say(name: str) -> None:
    assert list(_wrong(documents()[name])) == []


@pytest.mark.parametrize(
    ("place", "value"),
    [
        pytest.param(("panels", 1, "gridPos"), "wide", id="a place on the page"),
        pytest.param(("panels", 2, "fieldConfig", "defaults", "unit"), 5, id="a unit"),
        pytest.param(("templating", "list", 0, "typo"), True, id="a property nobody knows"),
        pytest.param(("panels", 2, "options", "cellHeight"), "tall", id="a panel's option"),
    ],
)
@needs("node")
def test_a_wrong_dashboard_is_noticed(place: tuple[str | int, ...], value: object) -> None:
    document = documents()["programme"]
    *way, last = place
    inner: Json = document
    for step in way:
        inner = inner[step]
    inner[last] = value

    assert list(_wrong(document))
