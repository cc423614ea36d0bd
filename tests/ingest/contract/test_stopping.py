"""A service hears signals before anybody is told that it is there."""

import asyncio
import os
import signal
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from prometheus_client import CollectorRegistry

from ingest.contract.stopping import until_stopped
from ingest.health import MetricsPortError, health_server


async def _forever() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("which", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_comes_as_soon_as_it_is_told_of_ends_it_cleanly(
    which: signal.Signals,
) -> None:
    seen: list[str] = []

    @contextmanager
    def told_and_stopped() -> Generator[None]:
        os.kill(os.getpid(), which)
        try:
            yield
        finally:
            seen.append("left")

    assert asyncio.run(until_stopped(_forever(), beside=told_and_stopped())) is which
    assert seen == ["left"]


def test_what_cannot_be_entered_ends_it_with_the_reason() -> None:
    with health_server(0, checks={}, counts=CollectorRegistry()) as port:
        again = health_server(port, checks={}, counts=CollectorRegistry())

        with pytest.raises(MetricsPortError, match=f"port {port}"):
            asyncio.run(until_stopped(_forever(), beside=again))
