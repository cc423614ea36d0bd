"""What every test leaves as it found it."""

import logging
from collections.abc import Iterator

import pytest

from tests.catalogs import empty_catalog, new_catalog, stop_servers

__all__ = ["empty_catalog", "new_catalog"]


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    """Commands run inside a test configure logging for a process that goes on."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def pytest_sessionfinish() -> None:
    """Leave no server behind."""
    stop_servers()
