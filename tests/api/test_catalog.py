from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from api.tables import METADATA
from ingest.catalog import open_catalog, upgrade

MIGRATIONS = Path(__file__).parents[2] / "api" / "migrations"


def test_the_revisions_make_the_tables_as_they_are_declared(tmp_path: Path) -> None:
    engine = open_catalog(f"sqlite:{tmp_path / 'catalog.sqlite'}")
    upgrade(engine, [MIGRATIONS])
    upgrade(engine, [MIGRATIONS])

    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)

    assert differences == []
    assert sa.inspect(engine).has_table("quarantine_note")
    engine.dispose()
