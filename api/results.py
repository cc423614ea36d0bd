"""Results so far, computed again only when analytics or the registry has moved on."""

import threading
from dataclasses import dataclass
from typing import Annotated, Final, cast

from fastapi import Depends, Request

from analytics.service.basis import SoFar, so_far
from analytics.service.facts import Progress, progress
from api.sources import Given, Sources
from ingest.catalog import snapshot
from ingest.registry.registry import Registry

_KEPT: Final = 16  # results of different scopes


class Results:
    """What a page or an answer is made of; requests that come together share it."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._known: dict[int, tuple[Registry, Progress, SoFar]] = {}

    def so_far(self, sources: Sources) -> SoFar:
        """Return the result until now of every zone that the sources show."""
        registry = sources.registry()
        with self._turn, snapshot(sources.catalog) as connection:
            state = progress(connection)
            # By identity: to compare two registries is to compare every entry.
            known = self._known.get(id(registry))
            if known is None or known[0] is not registry or known[1] != state:
                if len(self._known) >= _KEPT:
                    self._known.clear()
                known = (registry, state, so_far(connection, registry))
                self._known[id(registry)] = known
            return known[2]


@dataclass(frozen=True, slots=True)
class ResultsSeen:
    """The results as whoever asks may see them."""

    _results: Results
    _sources: Sources

    def so_far(self) -> SoFar:
        """Return the result until now of every zone that is seen."""
        return self._results.so_far(self._sources)


def results_of(request: Request, sources: Given) -> ResultsSeen:
    """Return the results of the app that was asked."""
    return ResultsSeen(cast("Results", request.app.state.results), sources)


GivenResults = Annotated[ResultsSeen, Depends(results_of)]
