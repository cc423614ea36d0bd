"""The registry in the catalog."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event

from ingest.catalog import upgrade
from ingest.registry.cli import MIGRATIONS
from ingest.registry.registry import Entered, Registry
from ingest.registry.tables import CHANGE, METADATA, ConcurrentChangeError, append, load
from tests.ingest.registry.builders import a_device, one_of_each

KNOWN_AT = datetime(2026, 10, 31, 8, 30, tzinfo=UTC)


@pytest.fixture
def catalog(empty_catalog: sa.Engine) -> sa.Engine:
    upgrade(empty_catalog, [MIGRATIONS])
    return empty_catalog


def test_migrations_make_the_tables_that_the_code_expects(catalog: sa.Engine) -> None:
    upgrade(catalog, [MIGRATIONS])

    with catalog.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, METADATA)
        keys = sa.inspect(connection).get_foreign_keys("registry_entry")
    assert differences == []
    assert [key["referred_table"] for key in keys] == ["registry_change"]


def test_what_is_entered_is_loaded_again(catalog: sa.Engine) -> None:
    items = one_of_each()
    with catalog.begin() as connection:
        number = append(
            connection, [(7, item) for item in items], actor="a", source="s", known_at=KNOWN_AT
        )

    with catalog.connect() as connection:
        registry = load(connection)
    assert number == 1
    assert set(registry.entries) == {Entered(change=1, valid_from=7, item=item) for item in items}


def test_changes_are_numbered_and_say_who_and_when(catalog: sa.Engine) -> None:
    for interval_s in (300, 600):
        with catalog.begin() as connection:
            append(
                connection,
                [(0, a_device(interval_s=interval_s))],
                actor="technician",
                source="devices.csv",
                known_at=KNOWN_AT,
            )

    with catalog.connect() as connection:
        changes = connection.execute(sa.select(CHANGE).order_by(CHANGE.c.number)).all()
        registry = load(connection)
    assert [tuple(change) for change in changes] == [
        (1, 1_793_435_400_000_000, "technician", "devices.csv"),
        (2, 1_793_435_400_000_000, "technician", "devices.csv"),
    ]
    assert [device.interval_s for device in registry.devices()] == [600]
    assert [device.interval_s for device in registry.as_of(1).devices()] == [300]


def test_an_empty_catalog_is_an_empty_registry(catalog: sa.Engine) -> None:
    with catalog.connect() as connection:
        assert load(connection) == Registry()


def test_a_number_that_is_taken_meanwhile_is_refused(catalog: sa.Engine) -> None:
    def enter(actor: str) -> int:
        with catalog.begin() as connection:
            return append(connection, [(0, a_device())], actor=actor, source="s", known_at=KNOWN_AT)

    faster = ["the faster one"]

    def overtake(*args: object) -> None:
        if str(args[2]).startswith("INSERT INTO registry_change") and faster:
            enter(faster.pop())

    event.listen(catalog, "before_cursor_execute", overtake)

    with pytest.raises(ConcurrentChangeError, match="change 1 was entered by somebody else"):
        enter("the slower one")
    assert enter("the slower one") == 2
