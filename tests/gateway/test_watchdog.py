"""What systemd hears, on a real socket."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from gateway.watchdog import Watchdog


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, socket.socket]]:
    """The address that a service is given, and what listens there."""
    path, abstract = str(tmp_path / "notify"), f"zonewatch-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.settimeout(10)
        named = request.param == "path"
        listening.bind(path if named else f"\0{abstract}")
        yield (path if named else f"@{abstract}"), listening


async def test_it_is_ready_then_alive_then_stopping(systemd: tuple[str, socket.socket]) -> None:
    address, listening = systemd
    watchdog = Watchdog.of({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "20000"})
    running = asyncio.create_task(watchdog.run(lambda: True))
    heard = [await asyncio.to_thread(listening.recv, 99) for _ in range(3)]
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    while (last := listening.recv(99)) == b"WATCHDOG=1":
        pass

    assert heard == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
    assert last == b"STOPPING=1"


async def test_what_is_stuck_does_not_say_that_it_is_alive(
    systemd: tuple[str, socket.socket],
) -> None:
    address, listening = systemd
    answers = iter([False, False, True])
    asked: list[bool] = []

    def alive() -> bool:
        asked.append(next(answers, True))
        return asked[-1]

    running = asyncio.create_task(Watchdog(address=address, every_s=0.001).run(alive))
    heard = [await asyncio.to_thread(listening.recv, 99) for _ in range(2)]
    running.cancel()

    assert heard == [b"READY=1", b"WATCHDOG=1"]
    assert asked[:3] == [False, False, True]


@pytest.mark.parametrize(
    ("environment", "every_s"),
    [
        pytest.param({"WATCHDOG_USEC": "120000000"}, 60.0, id="half of two minutes"),
        pytest.param({"WATCHDOG_USEC": "6000000", "WATCHDOG_PID": str(os.getpid())}, 3.0, id="us"),
        pytest.param({"WATCHDOG_USEC": "6000000", "WATCHDOG_PID": "1"}, 60.0, id="another"),
        pytest.param({"WATCHDOG_USEC": "soon"}, 60.0, id="nonsense"),
        pytest.param({}, 60.0, id="nobody watches"),
    ],
)
def test_it_speaks_at_half_of_the_time_it_is_given(
    environment: dict[str, str], every_s: float
) -> None:
    watchdog = Watchdog.of(environment)

    assert (watchdog.every_s, watchdog.address) == (every_s, None)


def test_a_word_that_nobody_takes_is_not_missed(tmp_path: Path) -> None:
    Watchdog(address=str(tmp_path / "nobody")).say("READY=1")
    Watchdog(address=None).say("READY=1")
