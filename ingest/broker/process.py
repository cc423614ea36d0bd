"""Mosquitto as a process of ours: where its program is, and running it on a configuration."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO, Final

_BESIDE_PATH: Final = ("/usr/sbin", "/usr/local/sbin")  # where Debian puts it, for root alone
_READY_S: Final = 10.0
_BETWEEN_TRIES_S: Final = 0.02


class BrokerNotReadyError(RuntimeError):
    """A broker did not come up."""


class BrokerDiedError(RuntimeError):
    """Mosquitto ended before it was asked to."""

    def __init__(self, status: int) -> None:
        super().__init__(f"Mosquitto ended with status {status}: see what it said before")
        self.status = status


def mosquitto() -> str | None:
    """Return where Mosquitto's program is, or None."""
    path = os.pathsep.join([os.environ.get("PATH", ""), *_BESIDE_PATH])
    return shutil.which("mosquitto", path=path)


@asynccontextmanager
async def running_mosquitto(
    program: str, config: Path, *, host: str, port: int, said: IO[bytes] | None = None
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run Mosquitto until the context ends, from when it listens at a host and port on.

    What it says goes to a file, or to our own stderr.

    Raises:
        BrokerNotReadyError: It does not listen.
    """
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(config), stderr=said, start_new_session=True
    )
    try:
        await _until_it_listens(host, port, process)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def _until_it_listens(host: str, port: int, process: asyncio.subprocess.Process) -> None:
    try:
        async with asyncio.timeout(_READY_S):
            while process.returncode is None:
                try:
                    _, writer = await asyncio.open_connection(host, port)
                except OSError:
                    await asyncio.sleep(_BETWEEN_TRIES_S)
                else:
                    writer.close()
                    return
    except TimeoutError:
        raise BrokerNotReadyError(f"no broker on port {port} after {_READY_S:.0f} s") from None
    raise BrokerNotReadyError(f"no broker on port {port}: Mosquitto did not stay up")
