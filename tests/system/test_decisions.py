"""What was quarantined is replayed or dropped, by a command beside the home's owner."""

import asyncio
import json
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.commands import quarantine as command
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from ingest.home import Home
from ingest.quarantine import State
from ingest.registry import tables
from tests.builders import a_device, a_registry
from tests.system.harness import Bench, running_bench
from tests.system.test_by_hand import a_night

_NOW = datetime(2026, 10, 31, 6, 0, tzinfo=UTC)
_TOPIC = "zw/1/kh-gw-1/up/chunk"


async def _quarantine_a_night(bench: Bench) -> None:
    bench.publish(_TOPIC, a_night(1, "kh-lamp-late"))
    await bench.until_settled(121)
    assert bench.account().quarantined == 121


def _enter_the_lamp(bench: Bench) -> None:
    with bench.backend.sources.catalog.begin() as connection:
        lamp = a_device("kh-lamp-late")
        tables.append(connection, [(0, lamp)], actor="test", source="test", known_at=_NOW)


@pytest.fixture
def ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    monkeypatch.setenv("ZONEWATCH_HOME", str(tmp_path / "home"))

    def run(*arguments: str) -> tuple[int, str]:
        status = command.main(list(arguments))
        told = capsys.readouterr()
        return status, told.out + told.err

    return run


async def test_a_replay_brings_a_night_to_the_figure_and_once_only(
    tmp_path: Path, ask: Callable[..., tuple[int, str]]
) -> None:
    async with running_bench(tmp_path, a_registry(), _NOW) as bench:
        await _quarantine_a_night(bench)
        status, told = await asyncio.to_thread(ask, "replay")
        assert (status, told) == (1, "1  open  0 records stored, 121 left\n")

        _enter_the_lamp(bench)
        status, told = await asyncio.to_thread(ask, "replay", "1", "--json")
        assert status == 0
        assert json.loads(told)["entries"] == [
            {"id": 1, "state": "replayed", "taken": 121, "left": 0}
        ]
        await bench.until(bench.backend.is_idle)

        assert bench.kg() == Decimal("0.3528")
        account, archived = bench.account(), _archived(tmp_path)
        assert (account.stored, account.quarantined, account.balanced) == (121, 0, True)

        assert (await asyncio.to_thread(ask, "replay", "1"))[0] == 0
        assert (await asyncio.to_thread(ask, "replay"))[1] == ""
        assert (bench.account(), _archived(tmp_path)) == (account, archived)
        assert bench.backend.is_idle()


async def test_what_is_dropped_stays_counted_and_closed(
    tmp_path: Path, ask: Callable[..., tuple[int, str]]
) -> None:
    async with running_bench(tmp_path, a_registry(), _NOW) as bench:
        await _quarantine_a_night(bench)
        assert (await asyncio.to_thread(ask, "drop", "1", "--why", "a test bench"))[0] == 0

        (one,) = bench.quarantined()
        assert (one.state, one.why, one.closed_at) == (State.DROPPED, "a test bench", micros(_NOW))
        assert one.closed_by
        _enter_the_lamp(bench)
        assert "dropped" in (await asyncio.to_thread(ask, "replay", "1"))[1]
        again = await asyncio.to_thread(ask, "drop", "1", "--why", "again")
        assert again == (2, "zonewatch quarantine: entry 1 is dropped already\n")
        assert (bench.account().quarantined, bench.account().balanced) == (121, True)


@pytest.mark.parametrize("entry", ["7", "0"])
async def test_an_unknown_entry_is_one_line(
    tmp_path: Path, ask: Callable[..., tuple[int, str]], entry: str
) -> None:
    async with running_bench(tmp_path, a_registry(), _NOW):
        status, told = await asyncio.to_thread(ask, "replay", entry)

    assert (status, told) == (2, f"zonewatch quarantine: no entry {entry} in quarantine\n")


async def test_without_a_process_the_command_opens_the_store_itself(
    tmp_path: Path, ask: Callable[..., tuple[int, str]]
) -> None:
    async with running_bench(tmp_path, a_registry(), _NOW) as bench:
        await _quarantine_a_night(bench)
        _enter_the_lamp(bench)

    status, told = await asyncio.to_thread(ask, "replay")

    assert (status, told) == (0, "1  replayed  121 records stored, 0 left\n")
    async with running_bench(tmp_path, a_registry(), _NOW) as bench:
        await bench.until(bench.backend.is_idle)
        store, span = bench.backend.sources.store, Period(0, micros(_NOW))
        block = store.read(DeviceClass.STREETLIGHT, [a_device("kh-lamp-late").id], span)
        assert len(block) == 121
        assert bench.account().balanced


async def test_only_the_homes_owner_may_ask(tmp_path: Path) -> None:
    async with running_bench(tmp_path, a_registry(), _NOW):
        mode = (Home.open(tmp_path / "home").path / "control.sock").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
    assert not (tmp_path / "home" / "control.sock").exists()


async def test_two_processes_cannot_take_messages_into_one_home(
    tmp_path: Path, ask: Callable[..., tuple[int, str]]
) -> None:
    """A socket that was lost does not let a command write beside the owner."""
    async with running_bench(tmp_path, a_registry(), _NOW) as bench:
        await _quarantine_a_night(bench)
        (tmp_path / "home" / "control.sock").unlink()

        status, told = await asyncio.to_thread(ask, "replay")

        assert status == 2
        assert "another process" in told
        assert bench.account().quarantined == 121


def _archived(folder: Path) -> int:
    return sum(path.stat().st_size for path in (folder / "home" / "archive").iterdir())
