from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.sources import Sources
from tests.api.builders import Viewers, some_sources


@pytest.fixture
def sources() -> Iterator[Sources]:
    made = some_sources()
    yield made
    made.catalog.dispose()


@pytest.fixture
def client(sources: Sources) -> TestClient:
    return TestClient(create_app(sources, Viewers()), raise_server_exceptions=False)
