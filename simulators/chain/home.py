"""A home that a chain plays in: its registry, and what it remembers of what was played."""

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
from ingest.registry.registry import Registry
from ingest.registry.tables import load

ZONES: Final = Path(__file__).parent.parent / "demo_zones"
_MEMORY: Final = "played.json"


class HomeTakenError(Exception):
    """The home holds something that what is to be played must not be mixed with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What is played in a home, when that began, and how far it has come."""

    of: str
    began: datetime
    until: datetime


def prepare(home: Home, folder: Path, *, provenance: Provenance) -> Registry:
    """Enter a folder's registry, or find it entered; a home with other gateways is refused."""
    catalog = ready_catalog(home.catalog_url())
    try:
        with catalog.begin() as connection:
            registry = load(connection)
            if any(one.provenance is not provenance for one in registry.gateways()):
                raise HomeTakenError(f"{home.path}: holds gateways that are not {provenance}")
            enter(
                connection,
                check(sorted(folder.glob("*.csv")), registry),
                actor="simulators",
                source=f"{provenance} zones that come with the project",
                known_at=SystemClock().now(),
            )
            return load(connection)
    finally:
        catalog.dispose()


def recall(home: Home, of: str) -> Memory | None:
    """Return what a home remembers, None where nothing was played; what is not `of` is refused."""
    path = home.path / _MEMORY
    if not path.exists():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    if told["of"] != of:
        raise HomeTakenError(f"{home.path}: has {told['of']}, not {of}")
    return Memory(of=of, began=parse_rfc3339(told["began"]), until=parse_rfc3339(told["until"]))


def remember(home: Home, memory: Memory) -> None:
    """Write down how far it has come, so that the next run goes on from there."""
    told = {
        "of": memory.of,
        "began": rfc3339(memory.began),
        "until": rfc3339(memory.until),
    }
    (home.path / _MEMORY).write_text(json.dumps(told) + "\n", encoding="utf-8")
