"""What was closed is only ever added to: the database itself refuses anything else."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from api.catalog import MIGRATIONS
from api.closing import pages
from api.closing.tables import PAGE
from ingest.catalog import upgrade


@pytest.fixture
def catalog(empty_catalog: sa.Engine) -> sa.Engine:
    upgrade(empty_catalog, MIGRATIONS)
    return empty_catalog


@pytest.mark.parametrize("statement", [sa.delete(PAGE), sa.update(PAGE).values(body=b"")])
def test_a_row_is_neither_altered_nor_deleted(catalog: sa.Engine, statement: sa.Executable) -> None:
    body = pages.packed([{"device": "a", "energy_mwh": None}])
    with catalog.begin() as connection:
        pages.put(connection, {pages.called(body): body})
        pages.put(connection, {pages.called(body): body})

    with pytest.raises(DBAPIError), catalog.begin() as connection:
        connection.execute(statement)

    with catalog.connect() as connection:
        name = pages.called(body)
        assert pages.get(connection, [name]) == {name: [{"device": "a", "energy_mwh": None}]}


def test_a_page_that_is_not_there_is_no_empty_page(catalog: sa.Engine) -> None:
    with catalog.connect() as connection, pytest.raises(pages.PageDamagedError):
        pages.get(connection, ["0" * 64])
