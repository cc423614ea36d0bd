"""Every owner's tables in one catalog, on either kind of database."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from analytics.service.alarmtables import METADATA as ANALYTICS
from api.catalog import MIGRATIONS, ready_catalog
from api.closing.tables import METADATA as CLOSING
from api.tables import METADATA as API
from ingest.audit.tables import METADATA as AUDIT
from ingest.catalog import CatalogError, open_catalog, upgrade
from ingest.registry.tables import METADATA as REGISTRY
from ingest.tables import METADATA as INGEST
from tests.catalogs import a_postgres_url
from tests.servers import needs


def test_the_revisions_make_the_tables_as_they_are_declared(empty_catalog: sa.Engine) -> None:
    upgrade(empty_catalog, MIGRATIONS)
    upgrade(empty_catalog, MIGRATIONS)

    with empty_catalog.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, _all_tables())

    assert differences == []


def _all_tables() -> sa.MetaData:
    together = sa.MetaData()
    for owner in (REGISTRY, INGEST, AUDIT, ANALYTICS, API, CLOSING):
        for table in owner.tables.values():
            table.to_metadata(together)
    return together


def test_each_owner_brings_a_folder_of_revisions() -> None:
    assert all(list(folder.glob("*_0001_*.py")) for folder in MIGRATIONS)


@needs("postgres")
def test_a_postgres_address_needs_no_driver_named() -> None:
    with a_postgres_url() as url:
        assert url.startswith("postgresql://")
        engine = ready_catalog(url)
        assert engine.driver == "psycopg"
        assert sa.inspect(engine).has_table("quarantine_note")
        engine.dispose()


@needs("postgres")
def test_a_database_that_is_not_there_is_one_line_without_its_password() -> None:
    with (
        a_postgres_url() as url,
        pytest.raises(CatalogError, match="cannot use the catalog") as caught,
    ):
        ready_catalog(url.replace("postgres@", "postgres:secret@") + "x")

    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_catalog_in_no_folder_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot use the catalog"):
        ready_catalog(f"sqlite:{tmp_path / 'missing' / 'catalog.sqlite'}")


@needs("postgres")
def test_views_leave_the_stages_their_own_branches() -> None:
    """A stage that brings its own tables up comes after whoever made the views."""
    with a_postgres_url() as url:
        ready_catalog(url).dispose()
        engine = open_catalog(url)

        upgrade(engine, MIGRATIONS[:2])

        assert "shown_zone" in sa.inspect(engine).get_view_names()
        engine.dispose()
