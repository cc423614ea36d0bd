"""Child processes: watched while they are needed, gone afterwards."""

import asyncio
from pathlib import Path

import pytest

from simulators.chain.children import ChildDiedError, child
from simulators.chain.command import run_command


async def test_a_child_that_ends_too_soon_ends_the_context(tmp_path: Path) -> None:
    log = tmp_path / "child.log"

    with pytest.RaisesGroup(pytest.RaisesExc(ChildDiedError, match="status 1: see .*child.log")):
        async with child("no.such.module", log=log):
            await asyncio.Event().wait()

    assert "No module named" in log.read_text()


async def test_a_child_is_gone_after_the_context(tmp_path: Path) -> None:
    async with child("http.server", "0", "--bind", "127.0.0.1", log=tmp_path / "log") as process:
        assert process.returncode is None

    assert process.returncode is not None


def test_a_command_says_in_one_line_what_became_of_its_child(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def work() -> None:
        async with child("no.such.module", log=tmp_path / "log"):
            await asyncio.Event().wait()

    assert run_command("demo", work) == 1

    said = capsys.readouterr().err
    assert said.startswith("zonewatch demo: the process of no.such.module ended with status 1")
    assert said.count("\n") == 1
