"""Child processes of the chain: started with it, asked to stop at its end."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Final

_GRACE_S: Final = 10.0


class ChildDiedError(RuntimeError):
    """A process of the chain ended before it was asked to."""

    def __init__(self, module: str, status: int, log: Path) -> None:
        super().__init__(f"the process of {module} ended with status {status}: see {log}")
        self.module = module
        self.status = status
        self.log = log


@asynccontextmanager
async def child(
    module: str,
    *arguments: str,
    log: Path,
    feed: bytes = b"",
    secrets: Mapping[str, str] = MappingProxyType({}),
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run a module in a process of its own; at the end ask it to stop, and then insist.

    Secrets are told it by its environment.
    If it ends before, the context is cancelled and fails with ChildDiedError.
    """
    with log.open("ab") as said:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            module,
            *arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=said,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **secrets},
            start_new_session=True,
        )
    try:
        if process.stdin:
            process.stdin.write(feed)
            process.stdin.close()
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(_watch(process, module, log), name=f"watch-{module}")
            try:
                yield process
            finally:
                watching.cancel()
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_GRACE_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _watch(process: asyncio.subprocess.Process, module: str, log: Path) -> None:
    raise ChildDiedError(module, await process.wait(), log)
