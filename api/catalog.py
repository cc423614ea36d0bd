"""The whole catalog: every owner's tables, brought to what this version needs."""

from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from ingest.audit.journal import LOCAL, Deed, append
from ingest.catalog import open_catalog, upgrade
from ingest.home import Home

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
VIEWS: Final = (_ROOT / "dashboards" / "grafana" / "migrations",)  # of everybody's tables


def ready_catalog(url: str) -> sa.Engine:
    """Open a catalog and bring it up to date, views last."""
    engine = open_catalog(url)
    upgrade(engine, MIGRATIONS)
    upgrade(engine, VIEWS)
    return engine


def note(catalog: sa.Engine, action: str, thing: str, *, at: datetime) -> None:
    """Write what is done at this machine into the journal."""
    deed = Deed(actor="operator", action=action, object=thing, address=LOCAL)
    with catalog.begin() as connection:
        append(connection, deed, at=at)


def noted(home: Home, action: str, thing: str, *, at: datetime) -> None:
    """Write what is done with a home into its journal."""
    catalog = ready_catalog(home.catalog_url())
    try:
        note(catalog, action, thing, at=at)
    finally:
        catalog.dispose()
