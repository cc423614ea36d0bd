"""The demo's own registry, and what a home remembers of the demo that lives in it."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from api.catalog import ready_catalog
from ingest.contract.clock import SystemClock
from ingest.contract.period import parse_rfc3339, rfc3339
from ingest.home import Home
from ingest.registry.csv_import import check, enter
from ingest.registry.model import Provenance
from ingest.registry.tables import load

FILES: Final = Path(__file__).parent.parent / "demo_zones" / "registry"
_MEMORY: Final = "demo.json"


class DemoHomeError(Exception):
    """The home holds something that a demo must not be mixed with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """When the home's demo began, from which seed, and how far it has come."""

    start: datetime
    seed: int
    until: datetime | None


def prepare(home: Home) -> None:
    """Enter the demo's registry, or find it entered; a home with real gateways is refused."""
    catalog = ready_catalog(home.catalog_url())
    try:
        with catalog.begin() as connection:
            registry = load(connection)
            if any(one.provenance is not Provenance.SIMULATED for one in registry.gateways()):
                raise DemoHomeError(f"{home.path}: holds gateways that are not simulated")
            enter(
                connection,
                check(sorted(FILES.glob("*.csv")), registry),
                actor="demo",
                source="demo registry",
                known_at=SystemClock().now(),
            )
    finally:
        catalog.dispose()


def recall(home: Home) -> Memory | None:
    """Return what a home remembers of its demo, or None where none has run."""
    path = home.path / _MEMORY
    if not path.exists():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    return Memory(
        start=parse_rfc3339(told["start"]),
        seed=told["seed"],
        until=parse_rfc3339(told["until"]) if told["until"] else None,
    )


def remember(home: Home, memory: Memory) -> None:
    """Write down how far a demo has come, so that the next run goes on with the same world."""
    told = {
        "start": rfc3339(memory.start),
        "seed": memory.seed,
        "until": rfc3339(memory.until) if memory.until else None,
    }
    (home.path / _MEMORY).write_text(json.dumps(told) + "\n", encoding="utf-8")
