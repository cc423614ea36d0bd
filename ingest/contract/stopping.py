"""From a signal to the end of a service."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import AbstractContextManager, nullcontext
from typing import Any


async def until_stopped(
    service: Coroutine[Any, Any, None], *, beside: AbstractContextManager[object] | None = None
) -> signal.Signals | None:
    """Run a service; SIGTERM and SIGINT cancel it. Return the signal once it has cleaned up.

    Args:
        service: What is run.
        beside: Entered once signals are heard, left at the end: who tells that a service is ready
            must not be believed before it can be stopped.
    """
    told: list[signal.Signals] = []
    running = asyncio.create_task(_beside(service, beside or nullcontext()), name="service")
    loop = asyncio.get_running_loop()

    def stop(which: signal.Signals) -> None:
        told.append(which)
        running.cancel()

    for which in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(which, stop, which)
    try:
        await running
    except asyncio.CancelledError:
        if not told:
            raise
    return told[0] if told else None


async def _beside(
    service: Coroutine[Any, Any, None], context: AbstractContextManager[object]
) -> None:
    try:
        with context:
            await service
    finally:
        service.close()
