"""The catalog: one database, one branch of revisions for every owner of tables."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from ingest.catalog import CatalogError, open_catalog, upgrade
from tests.catalogs import a_sqlite_catalog

REVISION = '''"""A revision."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {below!r}
branch_labels = {labels!r}
depends_on = None


def upgrade() -> None:
    op.create_table("{table}", sa.Column("id", sa.Integer, primary_key=True))
    {then}
'''


@pytest.fixture
def engine(empty_catalog: sa.Engine) -> sa.Engine:
    return empty_catalog


def a_branch(folder: Path, name: str, *, revisions: int = 1, then: str = "") -> Path:
    folder = folder / name
    folder.mkdir(exist_ok=True)
    for number in range(1, revisions + 1):
        revision = REVISION.format(
            revision=f"{name}_{number:04}",
            below=f"{name}_{number - 1:04}" if number > 1 else None,
            labels=None if number > 1 else (name,),
            table=f"{name}_{number}",
            then=then,
        )
        (folder / f"{name}_{number:04}.py").write_text(revision, encoding="utf-8")
    return folder


def tables(engine: sa.Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def test_all_branches_are_brought_to_their_heads_and_again(
    engine: sa.Engine, tmp_path: Path
) -> None:
    owners = [a_branch(tmp_path, "east", revisions=2), a_branch(tmp_path, "west")]

    upgrade(engine, owners)
    upgrade(engine, owners)

    assert tables(engine) == {"east_1", "east_2", "west_1"}


def test_one_branch_moves_on_while_the_others_stay(engine: sa.Engine, tmp_path: Path) -> None:
    upgrade(engine, [a_branch(tmp_path, "east"), a_branch(tmp_path, "west")])

    upgrade(engine, [a_branch(tmp_path, "east", revisions=3)])
    upgrade(engine, [a_branch(tmp_path, "north")])
    upgrade(engine, [tmp_path / "east", tmp_path / "west", tmp_path / "north"])

    assert tables(engine) == {"east_1", "east_2", "east_3", "west_1", "north_1"}


def test_a_revision_that_fails_leaves_nothing_behind(engine: sa.Engine, tmp_path: Path) -> None:
    broken = a_branch(tmp_path, "east", revisions=2, then='op.execute("SELECT no_such_column")')

    with pytest.raises(CatalogError, match="no_such_column"):
        upgrade(engine, [broken])

    assert tables(engine) == set()


def test_a_catalog_of_a_newer_program_is_refused(engine: sa.Engine, tmp_path: Path) -> None:
    newer = a_branch(tmp_path, "east", revisions=2)
    upgrade(engine, [newer])
    (newer / "east_0002.py").unlink()

    with pytest.raises(CatalogError, match="newer Zonewatch: it is at east_0002"):
        upgrade(engine, [newer])


@pytest.mark.parametrize(
    ("pragma", "expected"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30_000)],
)
def test_a_sqlite_catalog_is_durable_and_checks_references(
    tmp_path: Path, pragma: str, expected: object
) -> None:
    with a_sqlite_catalog(tmp_path) as engine, engine.connect() as connection:
        assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("catalog.sqlite", "expected sqlite:PATH"),
        ("nodatabase://u:secret@h/d", "no catalog can be opened by nodatabase://u:\\*\\*\\*@h/d"),
    ],
)
def test_an_address_that_cannot_be_used_is_one_line_without_its_password(
    url: str, expected: str
) -> None:
    with pytest.raises(CatalogError, match=expected) as caught:
        open_catalog(url)

    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be taken for one\n" * 30, encoding="utf-8")
    engine = open_catalog(f"sqlite:{path}")

    with pytest.raises(CatalogError, match="file is not a database") as caught:
        upgrade(engine, [a_branch(tmp_path, "east")])

    assert "\n" not in str(caught.value)


def test_an_error_does_not_show_what_was_to_be_written(engine: sa.Engine) -> None:
    with engine.connect() as connection, pytest.raises(DatabaseError) as caught:
        connection.execute(sa.text("INSERT INTO nowhere VALUES (:it)"), {"it": "a secret"})

    assert "a secret" not in str(caught.value)
