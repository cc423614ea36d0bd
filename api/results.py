"""Results so far, computed again only when analytics or the registry has moved on."""

import threading
from typing import Annotated, cast

from fastapi import Depends, Request

from analytics.service.basis import SoFar, so_far
from analytics.service.facts import Progress, progress
from api.sources import Sources
from ingest.catalog import snapshot


class Results:
    """What a page or an answer is made of; requests that come together share it."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._turn = threading.Lock()
        self._known: tuple[tuple[Progress, int], SoFar] | None = None

    def so_far(self) -> SoFar:
        """Return every zone's result until now."""
        registry = self._sources.registry()
        with self._turn, snapshot(self._sources.catalog) as connection:
            state = (progress(connection), registry.change)
            if self._known is None or self._known[0] != state:
                self._known = (state, so_far(connection, registry))
            return self._known[1]


def results_of(request: Request) -> Results:
    """Return the results of the app that was asked."""
    return cast("Results", request.app.state.results)


GivenResults = Annotated[Results, Depends(results_of)]
