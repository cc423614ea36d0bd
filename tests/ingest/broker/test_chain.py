"""A gateway's process, over TLS through a Mosquitto that broker-config set up, to ingest."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.config import PASSWORD_VARIABLE
from ingest.contract.clock import ManualClock
from ingest.contract.tls import TlsFiles
from ingest.ledger import Line
from ingest.mqtt import BrokerAddress, MqttLink
from ingest.service import IngestService
from simulators.conductor import Conductor
from simulators.demo.broker import free_port
from tests.builders import a_device, a_registry
from tests.ingest.broker.door import FIRST, PATIENCE_S, Door, a_door
from tests.ingest.embedded import a_pipeline, account_of
from tests.servers import needs

ROOT = Path(__file__).parents[3]
START = datetime(2026, 10, 30, 11, tzinfo=UTC)

SITE = """
gateway = "{gateway}"
home = "outbox"
[broker]
url = "mqtts://localhost:{broker}"
ca_file = "{ca}"
{shown}
[clock]
follow = "127.0.0.1:{clock}"
[[line]]
url = "modbus+tcp://127.0.0.1:{line}"
timeout_ms = 100
retries = 0
device = [{{ id = "kh-lamp-1", profile = "srne_streetlight", unit = 1 }}]
"""


@asynccontextmanager
async def a_gateway(
    door: Door, folder: Path, clock: int, files: TlsFiles | None = None
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run a gateway whose lamp does not answer: that is a record, too.

    It comes in by its password, or by a certificate.
    """
    site = folder / "site.toml"
    shown = f'certificate = "{files.certificate}"\nkey = "{files.key}"' if files else ""
    text = SITE.format(
        gateway=FIRST, broker=door.port, ca=door.ca, shown=shown, clock=clock, line=free_port()
    )
    site.write_text(text, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", str(site)),
        cwd=ROOT,
        env=os.environ | {PASSWORD_VARIABLE: door.passwords.get(FIRST, "")},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        await process.communicate()


async def brought(
    door: Door, folder: Path, address: BrokerAddress, files: TlsFiles | None = None
) -> Line:
    """Let a gateway bring its record to an ingest at an address; return the account of it."""
    taken = asyncio.Queue[int]()
    loop = asyncio.get_running_loop()
    clock = ManualClock(START + timedelta(minutes=10))

    def committed(count: int) -> None:
        loop.call_soon_threadsafe(taken.put_nowait, count)

    link = MqttLink(address, client_id="zonewatch-ingest-w1", clock=clock)
    with a_pipeline(folder, a_registry(a_device()), mailbox=link) as pipeline:
        service = IngestService(link=link, pipeline=pipeline, on_commit=committed)
        running = asyncio.create_task(service.run())
        try:
            assert await asyncio.to_thread(link.subscribed.wait, PATIENCE_S)
            async with (
                asyncio.timeout(PATIENCE_S),
                Conductor(START) as conductor,
                a_gateway(door, folder, conductor.port, files),
            ):
                await conductor.gather(1)
                await conductor.run(START + timedelta(minutes=5))
                while account_of(pipeline).stored == 0:
                    await taken.get()
            return account_of(pipeline)
        finally:
            running.cancel()
            await asyncio.wait([running])


@needs("mosquitto")
async def test_records_travel_over_tls_and_their_acknowledgement_comes_back(tmp_path: Path) -> None:
    with a_door(tmp_path, "--host", "localhost") as door:
        url = f"mqtts://ingest:{door.passwords['ingest']}@localhost:{door.port}"
        account = await brought(door, tmp_path, BrokerAddress.parse(url, TlsFiles(ca=door.ca)))

    assert (account.assigned, account.stored, account.missing) == (1, 1, 0)


@pytest.mark.parametrize(
    ("url", "content", "expected"),
    [
        pytest.param(
            "mqtts://h", "no certificate", "expected a file of certificates as PEM", id="no PEM"
        ),
        pytest.param("mqtts://h", None, "No such file", id="no file"),
        pytest.param("mqtt://h", "", "expected mqtts://", id="in the clear"),
    ],
)
def test_whom_to_trust_is_checked_when_it_is_set(
    tmp_path: Path, url: str, content: str | None, expected: str
) -> None:
    path = tmp_path / "ca.crt"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with pytest.raises(ValueError, match=expected):
        BrokerAddress.parse(url, TlsFiles(ca=path))
