"""What the API reads from, and how an endpoint gets it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, cast

import sqlalchemy as sa
from fastapi import Depends, Request

from api.accounts.caller import caller_of
from api.accounts.seen import SeenRegistries
from dashboards.wording.wording import SOURCE
from ingest.contract.clock import Clock
from ingest.control import Control
from ingest.disk import Disk
from ingest.home import Home
from ingest.registry.registry import Registry
from ingest.storage.port import ReadingStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Everything that answers are made of; nothing here is opened or closed by the API."""

    catalog: sa.Engine
    store: ReadingStore
    registry: Callable[[], Registry]
    clock: Clock
    software: str  # the version that answers
    control: Control | None = None  # of the quarantine; None: nobody carries decisions out
    home: Home | None = None  # where mappings and evidence lie; None: nothing of that is here
    disk: Disk | None = None  # under the home; None: there is none here to look at
    demo: bool = False  # where simulated periods may be closed, too
    restricted: bool = False  # whether the registry is a part of the whole
    grafana: str | None = None  # address of dashboards to lead to from the board
    language: str = SOURCE  # of the board, for whoever asks for none

    def sees(self, gateway: str | None) -> bool:
        """Tell whether a gateway is seen; what is of no known one is for who sees all."""
        if not self.restricted:
            return True
        return gateway is not None and self.registry().gateway(gateway) is not None


def whole_sources_of(request: Request) -> Sources:
    """Return the sources of the app that was asked, whoever asks."""
    return cast("Sources", request.app.state.sources)


def sources_of(request: Request) -> Sources:
    """Return the sources as whoever asks may see them."""
    sources, actor = whole_sources_of(request), caller_of(request)
    if not actor.restricted:
        return sources
    seen = cast("SeenRegistries", request.app.state.seen)
    return replace(
        sources,
        registry=lambda: seen.of(sources.registry(), actor.scopes),
        restricted=True,
    )


Given = Annotated[Sources, Depends(sources_of)]
Whole = Annotated[Sources, Depends(whole_sources_of)]
