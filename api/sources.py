"""What the API reads from, and how an endpoint gets it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, cast

import sqlalchemy as sa
from fastapi import Depends, Request

from ingest.contract.clock import Clock
from ingest.control import Control
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


def sources_of(request: Request) -> Sources:
    """Return the sources of the app that was asked."""
    return cast("Sources", request.app.state.sources)


Given = Annotated[Sources, Depends(sources_of)]
