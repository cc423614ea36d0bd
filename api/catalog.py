"""The whole catalog: every owner's tables, brought to what this version needs."""

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from ingest.catalog import open_catalog, upgrade

_ROOT: Final = Path(__file__).resolve().parent.parent
MIGRATIONS: Final = tuple(
    _ROOT / owner / "migrations"
    for owner in (
        "ingest/registry",
        "ingest",
        "ingest/audit",
        "analytics/service",
        "api",
        "api/closing",
    )
)


def ready_catalog(url: str) -> sa.Engine:
    """Open a catalog and bring it up to date."""
    engine = open_catalog(url)
    upgrade(engine, MIGRATIONS)
    return engine
