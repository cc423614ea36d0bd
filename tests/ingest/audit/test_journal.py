"""The journal: a chain in which nothing can be altered, left out or cut off unseen."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import IntegrityError

from ingest.audit.journal import (
    LOCAL,
    BrokenChainError,
    Deed,
    Outcome,
    append,
    entries,
    verify,
)
from ingest.audit.tables import METADATA, MIGRATIONS
from ingest.catalog import open_catalog, upgrade

AT = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_catalog(f"sqlite:{tmp_path / 'catalog.sqlite'}")
    upgrade(engine, [MIGRATIONS])
    yield engine
    engine.dispose()


def a_deed(what: str, actor: str = "walker") -> Deed:
    return Deed(actor=actor, action="note", object=what, address=LOCAL)


def four_deeds(catalog: sa.Engine) -> None:
    for number in range(1, 5):
        with catalog.begin() as connection:
            append(connection, a_deed(f"entry:{number}"), at=AT)


def unlocked(connection: sa.Connection) -> sa.Connection:
    """Take away what keeps an honest program from altering rows."""
    for change in ("update", "delete"):
        connection.exec_driver_sql(f"DROP TRIGGER audit_no_{change}")
    return connection


def test_the_revisions_make_the_tables_as_they_are_declared(catalog: sa.Engine) -> None:
    with catalog.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_what_was_written_is_read_in_order_and_its_chain_is_whole(catalog: sa.Engine) -> None:
    four_deeds(catalog)

    with catalog.connect() as connection:
        found = entries(connection, after=1, limit=2)
        assert [(each.number, each.deed.object) for each in found] == [
            (2, "entry:2"),
            (3, "entry:3"),
        ]
        assert found[0].deed.outcome is Outcome.DONE
        assert verify(connection) == 4


def test_an_empty_journal_is_whole(catalog: sa.Engine) -> None:
    with catalog.connect() as connection:
        assert verify(connection) == 0


def test_a_deed_whose_transaction_fails_is_not_there(catalog: sa.Engine) -> None:
    with catalog.connect() as connection:
        append(connection, a_deed("entry:1"), at=AT)
        connection.rollback()

    with catalog.connect() as connection:
        assert verify(connection) == 0


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        pytest.param("UPDATE audit SET actor = 'x' WHERE number = 2", 2, id="who"),
        pytest.param("UPDATE audit SET action = 'x' WHERE number = 2", 2, id="what"),
        pytest.param("UPDATE audit SET object = 'x' WHERE number = 2", 2, id="on what"),
        pytest.param("UPDATE audit SET address = 'x' WHERE number = 2", 2, id="from where"),
        pytest.param("UPDATE audit SET outcome = 'refused' WHERE number = 2", 2, id="outcome"),
        pytest.param("UPDATE audit SET at = at + 1 WHERE number = 2", 2, id="when"),
        pytest.param("DELETE FROM audit WHERE number = 2", 2, id="left out"),
        pytest.param("DELETE FROM audit WHERE number = 4", 4, id="cut off"),
        pytest.param("DELETE FROM audit", 1, id="all gone"),
        pytest.param("DELETE FROM audit_head", 5, id="no end"),
    ],
)
def test_a_change_is_found(catalog: sa.Engine, statement: str, row: int) -> None:
    four_deeds(catalog)
    with catalog.begin() as connection:
        unlocked(connection).exec_driver_sql(statement)

    with catalog.connect() as connection, pytest.raises(BrokenChainError) as caught:
        verify(connection)

    assert caught.value.number == row


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit"])
def test_the_database_refuses_to_alter_a_row(catalog: sa.Engine, statement: str) -> None:
    four_deeds(catalog)

    with pytest.raises(IntegrityError, match="only ever added to"), catalog.begin() as one:
        one.exec_driver_sql(statement)


def test_writers_at_the_same_time_take_turns_in_one_chain(catalog: sa.Engine) -> None:
    def write(name: str) -> None:
        for number in range(10):
            with catalog.begin() as connection:
                append(connection, a_deed(f"entry:{number}", actor=name), at=AT)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, ["walker", "reader", "neighbor", "guest"]))

    with catalog.connect() as connection:
        assert verify(connection) == 40
        assert len(entries(connection, actor="neighbor")) == 10
