"""Blocking work in a thread that is let finish when its task is cancelled."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")


async def finish_in_thread(
    work: Callable[[], _Result], *, hurry: Callable[[], None] = lambda: None
) -> _Result:
    """Run blocking work in a thread; cancelled, tell it to hurry and wait for its end."""
    running = asyncio.get_running_loop().run_in_executor(None, work)
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        hurry()
        await asyncio.wait([running])
        raise
