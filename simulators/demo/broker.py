"""The demo's own broker on a loopback port: a private Mosquitto where there is one, else amqtt.

amqtt runs in this process, speaks MQTT 3.1.1 and does not send again what was in flight: there
only Zonewatch's own acknowledgement protects. Nobody but this machine can reach either.
"""

import asyncio
import logging
import os
import socket
import threading
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from paho.mqtt.enums import MQTTProtocolVersion

from ingest.broker.process import mosquitto, running_mosquitto
from ingest.mqtt import BrokerAddress

_LOOPBACK: Final = "127.0.0.1"

_MOSQUITTO: Final = """\
listener {port} {host}
allow_anonymous true
max_inflight_messages 4000
max_queued_messages 100000
max_queued_bytes 268435456
message_size_limit 262144
log_dest stderr
"""

_DURABLE: Final = """\
persistence true
persistence_location {directory}/
autosave_on_changes true
autosave_interval 1
"""

_AMQTT: Final[dict[str, Any]] = {"plugins": {"simulators.demo.trusting.Trusting": {}}}


@asynccontextmanager
async def embedded_broker(
    directory: Path, *, durable: bool = True
) -> AsyncGenerator[BrokerAddress]:
    """Run a broker that keeps its files in a directory, for as long as the context lasts.

    Where it is durable, Mosquitto writes all it holds anew at each change, so that a killed one
    forgets nothing: with thousands of messages waiting that is all it does.
    """
    program, port = mosquitto(), free_port()
    running = (
        _run_amqtt(port)
        if program is None
        else _run_mosquitto(program, write_config(directory, port, durable=durable), port)
    )
    async with running as address:
        yield address


def free_port() -> int:
    """Return a loopback TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def _run_mosquitto(program: str, config: Path, port: int) -> AsyncGenerator[BrokerAddress]:
    with config.with_name("mosquitto.log").open("ab") as said:
        async with running_mosquitto(program, config, host=_LOOPBACK, port=port, said=said):
            yield BrokerAddress(host=_LOOPBACK, port=port)


def write_config(directory: Path, port: int, *, durable: bool = True) -> Path:
    """Write the configuration of a Mosquitto that keeps its files in a directory."""
    directory.mkdir(parents=True, exist_ok=True)
    text = _MOSQUITTO.format(port=port, host=_LOOPBACK)
    text += _DURABLE.format(directory=directory.resolve()) if durable else ""
    if os.geteuid() == 0:
        text += "user root\n"  # else it becomes a user who cannot read this directory
    config = directory / "mosquitto.conf"
    config.write_text(text, encoding="utf-8")
    return config


@asynccontextmanager
async def _run_amqtt(port: int) -> AsyncGenerator[BrokerAddress]:
    """Run amqtt on a loop and thread of its own, so that nobody's work holds it up."""
    for name in ("amqtt", "transitions"):
        logging.getLogger(name).setLevel(logging.WARNING)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="embedded broker", daemon=True)
    thread.start()
    try:
        broker = await _run_in(loop, _start_amqtt(port))
        try:
            yield BrokerAddress(host=_LOOPBACK, port=port, version=MQTTProtocolVersion.MQTTv311)
        finally:
            await _run_in(loop, broker.shutdown())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        await asyncio.to_thread(thread.join)
        loop.close()


async def _run_in(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, loop))


async def _start_amqtt(port: int) -> Any:  # noqa: ANN401 - amqtt has no types
    from amqtt.broker import Broker  # noqa: PLC0415 - only where there is no Mosquitto

    listener = {"default": {"type": "tcp", "bind": f"{_LOOPBACK}:{port}", "max_connections": 100}}
    broker = Broker(_AMQTT | {"listeners": listener})
    await broker.start()
    return broker
