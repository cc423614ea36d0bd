"""A lineage of more than anybody looks at comes in parts, and those add up to the whole."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.lineage import figure
from tests.api.closing.commands import Json
from tests.api.closing.october import running, sources_of
from tests.api.people import a_door, a_token, bearer

FIGURE = "zone:north~2026-10~emissions_avoided~school_pv"


@pytest.fixture(scope="module")
def client(signed_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    home = Path(shutil.copytree(signed_once, tmp_path_factory.mktemp("parts") / "home"))
    with running(home) as zone:
        sources = sources_of(zone)
        door = a_door(sources)
        door.headers.update(bearer(a_token(sources, "vera", role="verifier")[1]))
        yield door


def test_a_month_too_large_comes_in_days_that_add_up(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole: Json = client.get(f"/v1/lineage/{FIGURE}").json()
    monkeypatch.setattr(figure, "_LOOKED_AT", 10)

    told: Json = client.get(f"/v1/lineage/{FIGURE}").json()
    parts = [client.get(each["lineage"]).json() for each in told["parts"]]

    assert whole["parts"] == []
    assert (told["value"], told["device_days"]) == (whole["value"], [])
    assert len(parts) == 31
    assert sum(part["credited_mwh"] for part in parts) == whole["credited_mwh"] == 733_000_000
    assert [row for part in parts for row in part["device_days"]] == whole["device_days"]
    assert [row for part in parts for row in part["zone_days"]] == whole["zone_days"]
    assert {part["revision"] for part in parts} == {1}


def test_a_part_has_no_products_for_their_factors_are_the_wholes(client: TestClient) -> None:
    part = client.get(f"/v1/lineage/{FIGURE}?revision=1&zone=north&days=2026-10-05..2026-10-06")

    assert part.json()["lines"] == []
    assert len(part.json()["device_days"]) == 2


@pytest.mark.parametrize("days", ["2026-11", "2026-1x", "2026-09-30..2026-10-02"])
def test_days_beyond_the_period_are_refused(client: TestClient, days: str) -> None:
    assert client.get(f"/v1/lineage/{FIGURE}?days={days}").status_code == 422


def test_what_is_open_leads_to_the_parts_own_lineages(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figure, "_LOOKED_AT", 10)

    told = client.get("/v1/lineage/zone:north~2026-11~emissions_avoided~all").json()

    assert told["revision"] == 0
    first = told["parts"][0]["lineage"]
    assert first == "/v1/lineage/zone:north~2026-11-01..2026-11-01~emissions_avoided~all"
    assert client.get(first).json()["parts"] == []
