"""The demo's zones lived into memory, and the board over them for whoever may do everything."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.accounts.actor import Actor, Permission
from api.accounts.port import NobodyKnown
from api.accounts.scope import EVERYTHING
from api.app import create_app
from api.catalog import ready_catalog
from ingest.storage.memory import MemoryStore
from tests.dashboards.living import Living, living
from tests.dashboards.signing import sign

ZONE = "kh-sihanoukville"
CLOSED = "2026-10"


class Everybody(NobodyKnown):
    """Whoever comes may do everything."""

    def visitor(self, address: str) -> Actor:
        return Actor(
            name="everybody",
            permissions=frozenset(Permission),
            scopes=(EVERYTHING,),
            address=address,
        )


@pytest.fixture(scope="session", name="zones")
def _zones(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    folder: Path = tmp_path_factory.mktemp("board")
    catalog = ready_catalog(f"sqlite:{folder / 'catalog.sqlite'}")
    with living(folder, store=MemoryStore(), catalog=catalog) as zones:
        sign(zones, f"zone:{ZONE}", CLOSED)
        yield zones
    catalog.dispose()


@pytest.fixture(scope="session", name="board")
def _board(zones: Living) -> TestClient:
    return TestClient(create_app(zones.sources, Everybody()))
