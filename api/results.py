"""Results so far, computed again only when analytics or the registry has moved on."""

import threading
from dataclasses import dataclass
from time import perf_counter
from typing import Annotated, Final, cast

from fastapi import Depends, Request

from analytics.service.basis import SoFar, so_far
from analytics.service.facts import Progress, progress
from analytics.service.pace import Pace
from api.sources import Given, Sources
from ingest.catalog import snapshot
from ingest.registry.registry import Registry

_KEPT: Final = 16  # results of different scopes


@dataclass(frozen=True, slots=True)
class _Known:
    """A result, and what it was computed from."""

    registry: Registry
    state: Progress
    result: SoFar
    pace: Pace


class Results:
    """What a page or an answer is made of; requests that come together share it.

    While one computes, and where computing takes long, the others are told what was known before.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._known: dict[int, _Known] = {}

    def so_far(self, sources: Sources) -> SoFar:
        """Return the result until now of every zone that the sources show."""
        registry = sources.registry()
        known = self._of(registry)
        if not self._turn.acquire(blocking=known is None):
            assert known is not None  # noqa: S101 - else it would have waited
            return known.result
        try:
            return self._moved_on(sources, registry)
        finally:
            self._turn.release()

    def _of(self, registry: Registry) -> _Known | None:
        # By identity: to compare two registries is to compare every entry.
        known = self._known.get(id(registry))
        return known if known is not None and known.registry is registry else None

    def _moved_on(self, sources: Sources, registry: Registry) -> SoFar:
        """Return what is known, computed again where analytics has moved on."""
        known = self._of(registry)
        with snapshot(sources.catalog) as connection:
            state = progress(connection)
            if known is not None and (known.state == state or not known.pace.is_due()):
                return known.result
            began = perf_counter()
            result = so_far(connection, registry)
        pace = Pace()
        pace.took(perf_counter() - began)
        if len(self._known) >= _KEPT:
            self._known.clear()
        self._known[id(registry)] = _Known(registry, state, result, pace)
        return result


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
