"""The registry as it is now, read again only when somebody has changed it."""

import threading

import sqlalchemy as sa

from ingest.registry.registry import Registry
from ingest.registry.tables import CHANGE, load


class CurrentRegistry:
    """Called, it returns the catalog's registry. Safe in any thread."""

    def __init__(self, catalog: sa.Engine) -> None:
        self._catalog = catalog
        self._turn = threading.Lock()
        self._known = Registry()
        self._change = 0

    def __call__(self) -> Registry:
        """Return the registry up to its newest change."""
        with self._turn, self._catalog.connect() as connection:
            newest = connection.scalar(sa.select(sa.func.max(CHANGE.c.number)))
            if newest is not None and newest > self._change:
                self._known, self._change = load(connection), newest
            return self._known
