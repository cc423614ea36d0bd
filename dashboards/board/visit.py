"""How a page is looked at: in whose language, live or not, and beside which Grafana."""

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from dashboards.wording.wording import SOURCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What all pages need to know of who looks, whatever they are about."""

    language: str = SOURCE
    live: bool = False  # whether the page is asked for anew each minute
    grafana: str | None = None  # address, without a path; None: there is none


CURRENT: Final = ContextVar("visit", default=Visit())  # noqa: B039 - a frozen value
"""Set for the time of one request, where requests come in."""
