"""Of several processes over one catalog one is on duty, and another takes over when it is gone."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from api.duty import Duty, FileDuty, SessionDuty, duty_of, on_duty
from ingest.catalog import open_catalog
from ingest.home import Home
from tests.catalogs import a_postgres_url
from tests.servers import needs

SHORT = timedelta(seconds=0.02)
KINDS = ("file", pytest.param("session", marks=needs("postgres")))


@dataclass
class Pair:
    """The duty of two processes, and how a third ends the session that holds it."""

    first: Duty
    second: Duty
    catalogs: list[sa.Engine] = field(default_factory=list)

    def cut(self) -> None:
        with self.catalogs[1].begin() as connection:
            ended = connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            )
            assert ended.scalars().all() == [True]


@pytest.fixture(params=KINDS)
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    if request.param == "file":
        yield Pair(FileDuty(tmp_path / "lock"), FileDuty(tmp_path / "lock"))
    else:
        yield from _sessions()


@pytest.fixture
def sessions() -> Iterator[Pair]:
    yield from _sessions()


def _sessions() -> Iterator[Pair]:
    with a_postgres_url() as url:
        catalogs = [open_catalog(url), open_catalog(url)]
        yield Pair(SessionDuty(catalogs[0]), SessionDuty(catalogs[1]), catalogs)
        for catalog in catalogs:
            catalog.dispose()


def test_one_holds_it_until_it_leaves(pair: Pair) -> None:
    told = [pair.first.held(), pair.second.held(), pair.first.held()]
    pair.first.leave()
    told += [pair.second.held(), pair.first.held()]
    pair.second.leave()

    assert told == [True, False, True, True, False]


@needs("postgres")
def test_a_session_that_was_cut_off_holds_nothing(sessions: Pair) -> None:
    held = sessions.first.held()
    sessions.cut()
    told = [sessions.first.held(), sessions.second.held(), sessions.first.held()]
    sessions.second.leave()

    assert (held, told) == (True, [False, True, False])


@needs("postgres")
async def test_who_lost_it_stops_and_the_other_goes_on(sessions: Pair) -> None:
    working: set[str] = set()

    async def work(name: str) -> None:
        working.add(name)
        try:
            await asyncio.Event().wait()
        finally:
            working.remove(name)

    async def until(expected: set[str]) -> None:
        async with asyncio.timeout(20):
            while working != expected:  # noqa: ASYNC110 - what is awaited has no event
                await asyncio.sleep(0.01)

    first = asyncio.create_task(on_duty(sessions.first, lambda: work("first"), every=SHORT))
    await until({"first"})
    second = asyncio.create_task(on_duty(sessions.second, lambda: work("second"), every=SHORT))
    await asyncio.sleep(3 * SHORT.total_seconds())
    alone = set(working)
    first.cancel()
    await asyncio.wait([first])
    await until({"second"})
    second.cancel()
    await asyncio.wait([second])

    assert alone == {"first"}
    assert working == set()


async def test_work_that_fails_is_no_secret_and_the_duty_is_free(tmp_path: Path) -> None:
    async def work() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await on_duty(FileDuty(tmp_path / "lock"), work, every=SHORT)

    assert FileDuty(tmp_path / "lock").held()


def test_a_catalog_in_a_file_has_its_lock_in_the_home(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home")
    catalog = open_catalog(home.catalog_url({}))

    assert duty_of(catalog, home) == FileDuty(home.path / "duty.lock")
    catalog.dispose()
