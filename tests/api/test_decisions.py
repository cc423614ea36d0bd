from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest
from fastapi.testclient import TestClient

from api.accounts.actor import Actor, Permission
from api.accounts.port import NobodyKnown
from api.accounts.scope import EVERYTHING
from api.app import create_app
from api.sources import Sources
from ingest.control import Control, ControlError, EntryClosedError, Outcome, UnknownEntryError
from ingest.control_socket import NobodyThereError
from ingest.entered import Sheet
from ingest.entering import Entering
from ingest.quarantine import State

_HEADERS = {"Authorization": "Bearer right"}


@dataclass
class Notebook:
    """Writes down what was decided, or fails."""

    error: Exception | None = None
    decided: list[tuple[object, ...]] = field(default_factory=list)

    def replay(self, entries: Sequence[int], *, actor: str) -> list[Outcome]:
        self._note("replay", *entries, actor)
        return [Outcome(id=one, state=State.REPLAYED, taken=3, left=0) for one in entries]

    def drop(self, entry: int, *, actor: str, why: str) -> Outcome:
        self._note("drop", entry, actor, why)
        return Outcome(id=entry, state=State.DROPPED, taken=0, left=3)

    def enter(self, sheet: Sheet, *, dry_run: bool) -> Entering:
        raise NotImplementedError

    def _note(self, *what: object) -> None:
        if self.error:
            raise self.error
        self.decided.append(what)


class OneOperator(NobodyKnown):
    def actor_of(self, token: str) -> Actor | None:
        permissions = frozenset({Permission.READ, Permission.DECIDE_QUARANTINE})
        operator = Actor(name="operator", permissions=permissions, scopes=(EVERYTHING,))
        return {"right": operator}.get(token)


def a_client(sources: Sources, control: Control | None) -> TestClient:
    return TestClient(create_app(replace(sources, control=control), OneOperator()))


def test_a_decision_carries_its_actor(sources: Sources) -> None:
    notebook = Notebook()
    client = a_client(sources, notebook)

    replayed = client.post("/v1/quarantine/1/replay", headers=_HEADERS)
    dropped = client.post("/v1/quarantine/2/drop", headers=_HEADERS, json={"why": "a test"})

    assert replayed.json() == {"id": 1, "state": "replayed", "taken": 3, "left": 0}
    assert dropped.json() == {"id": 2, "state": "dropped", "taken": 0, "left": 3}
    assert notebook.decided == [("replay", 1, "operator"), ("drop", 2, "operator", "a test")]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (UnknownEntryError(1), 404),
        (EntryClosedError("entry 1 is dropped already"), 409),
        (ControlError("ingest was stopped"), 503),
        (NobodyThereError(), 503),
    ],
)
def test_what_cannot_be_decided_is_a_problem(
    sources: Sources, error: Exception, status: int
) -> None:
    response = a_client(sources, Notebook(error)).post("/v1/quarantine/1/replay", headers=_HEADERS)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_without_anybody_to_decide_it_says_so(sources: Sources) -> None:
    response = a_client(sources, None).post("/v1/quarantine/1/replay", headers=_HEADERS)

    assert response.status_code == 503


@pytest.mark.parametrize("body", [{}, {"why": ""}, {"why": "a\x00b"}, {"why": "x" * 2_001}])
def test_a_drop_needs_a_reason(sources: Sources, body: dict[str, str]) -> None:
    notebook = Notebook()
    response = a_client(sources, notebook).post(
        "/v1/quarantine/1/drop", headers=_HEADERS, json=body
    )

    assert response.status_code == 422
    assert notebook.decided == []


def test_an_entry_tells_what_became_of_it(sources: Sources) -> None:
    entry = a_client(sources, None).get("/v1/quarantine/1", headers=_HEADERS).json()

    assert (entry["state"], entry["replayed"], entry["closed_by"]) == ("open", [], None)
