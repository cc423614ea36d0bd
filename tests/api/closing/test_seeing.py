"""What of a published document, and of a revision's cause, is shown to whom."""

from typing import Any

import pytest

from analytics.quoting import Document
from api.accounts.actor import Actor
from api.accounts.roles import permissions_of
from api.accounts.scope import EVERYTHING
from api.closing.seeing import as_seen


def a_reader(role: str) -> Actor:
    return Actor(name="a reader", permissions=permissions_of(role), scopes=(EVERYTHING,))


def a_document() -> Document:
    differences = [
        {"path": path, "before": None, "after": 1}
        for path in ("air[0].days", "claims.one", "figures.energy")
    ]
    return {
        "air": [{"device": "aq-1", "released": True}, {"device": "aq-2", "released": False}],
        "claims": [{"claim": "one"}],
        "notes": [],
        "revisions": [{"revision": 2, "cause": {"text": "late", "differences": differences}}],
    }


@pytest.mark.parametrize(
    ("role", "stations", "claims", "paths"),
    [
        pytest.param("verifier", 2, 1, 3, id="who verifies sees all"),
        pytest.param("technician", 2, 0, 2, id="claims are hidden, and what differs in them"),
        pytest.param("viewer", 1, 0, 1, id="air that is not released is hidden, too"),
    ],
)
def test_a_published_document_hides_what_its_reader_may_not_see(
    role: str, stations: int, claims: int, paths: int
) -> None:
    found: Any = as_seen(a_reader(role), a_document())

    assert len(found["air"]) == stations
    assert len(found["claims"]) == claims
    assert len(found["revisions"][0]["cause"]["differences"]) == paths
    assert bool(found["notes"]) == (stations == 1)
