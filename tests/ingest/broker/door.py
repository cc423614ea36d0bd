"""A Mosquitto behind the door that broker-config writes, and visitors who knock."""

import getpass
import json
import queue
import signal
import ssl
import subprocess
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import IO, Self

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.broker.cli import main
from ingest.broker.process import mosquitto
from ingest.home import Home
from ingest.registry.tables import append
from simulators.demo.broker import free_port
from tests.builders import a_device, a_registry
from tests.ingest.arrivals import NOW

PATIENCE_S = 20.0
FIRST, SECOND = "kh-gw-1", "kh-gw-2"
ALONE = "kh-meter-1"  # a device that publishes by itself


def a_home(folder: Path) -> Path:
    """Return a home whose registry has two gateways, and a device that publishes by itself."""
    from api.catalog import ready_catalog  # noqa: PLC0415 - brings every owner's tables

    home = Home.create(folder / "home")
    catalog = ready_catalog(home.catalog_url({}))
    registry = a_registry(a_device(), a_device(ALONE, profile="plain"))
    with catalog.begin() as connection:
        entries = [(entry.valid_from, entry.item) for entry in registry.entries]
        append(connection, entries, actor="test", source="test", known_at=NOW)
    catalog.dispose()
    return home.path


@dataclass(slots=True)
class Door:
    """A broker's folder, the broker that reads it, and the passwords it was given."""

    folder: Path
    home: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[str] | None" = None

    @property
    def ca(self) -> Path:
        return self.folder / "tls" / "ca.crt"

    def write(self, *options: str) -> Mapping[str, object]:
        """Run the command, and remember the passwords it shows."""
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(StringIO()) as said:
            for name, value in self.settings.items():
                patch.setenv(name, value)
            status = main([str(self.folder), "--home", str(self.home), "--json", *options])
        assert status == 0
        document: dict[str, dict[str, str]] = json.loads(said.getvalue())
        self.passwords |= document["passwords"]
        return document

    def start(self) -> None:
        program = mosquitto()
        assert program is not None, "Mosquitto is not installed"
        command = [program, "-c", str(self.folder / "mosquitto.conf")]
        self.process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self.process.stderr is not None
        self._until_said(self.process.stderr, "running")
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def reload(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE_S)
            assert self.process.stderr is not None
            self.process.stderr.close()
            self.process = None

    @staticmethod
    def _until_said(log: IO[str], word: str) -> None:
        for line in log:
            if word in line:
                return
        raise AssertionError("Mosquitto did not start")


@contextmanager
def a_door(
    folder: Path,
    *options: str,
    home: Path | None = None,
    settings: Mapping[str, str] | None = None,
) -> Generator[Door]:
    """Write the configuration for a home's gateways, or for two, and start a broker on it."""
    door = Door(folder / "broker", home or a_home(folder), free_port(), settings or {})
    door.write(
        *("--self-signed", "--host", "127.0.0.1", "--listen", "127.0.0.1"),
        *("--port", str(door.port), "--user", getpass.getuser(), *options),
    )
    door.start()
    try:
        yield door
    finally:
        door.stop()


class Visitor:
    """A client that says what the broker answered."""

    def __init__(
        self,
        door: Door,
        user: str | None,
        *,
        password: str | None = None,
        client_id: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Knock as a user, with its own password unless another is given."""
        self.gone = threading.Event()
        self._door = door
        self._answers: queue.Queue[ReasonCode] = queue.Queue()
        self._heard: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=MQTTProtocolVersion.MQTTv5,
            reconnect_on_failure=False,
        )
        if user is not None:
            own = door.passwords.get(user)
            self._client.username_pw_set(user, own if password is None else password)
        self._client.tls_set_context(tls or ssl.create_default_context(cafile=door.ca))
        self._client.on_connect = self._answered
        self._client.on_publish = self._published
        self._client.on_subscribe = self._subscribed
        self._client.on_message = self._told
        self._client.on_disconnect = lambda *_: self.gone.set()

    def __enter__(self) -> Self:
        assert not self.enter().is_failure
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def enter(self) -> ReasonCode:
        """Connect, and return the answer."""
        self._client.connect("127.0.0.1", self._door.port)
        self._client.loop_start()
        return self._answers.get(timeout=PATIENCE_S)

    def publish(self, topic: str, payload: bytes = b"{}", *, retain: bool = False) -> str:
        """Publish, and return the answer's name."""
        self._client.publish(topic, payload, qos=1, retain=retain)
        return str(self._answers.get(timeout=PATIENCE_S))

    def subscribe(self, topic: str) -> None:
        self._client.subscribe(topic, qos=1)
        self._answers.get(timeout=PATIENCE_S)

    def hear(self) -> tuple[str, bytes]:
        """Return the next message."""
        return self._heard.get(timeout=PATIENCE_S)

    def _answered(
        self, _client: object, _data: object, _flags: object, reason: ReasonCode, _props: object
    ) -> None:
        self._answers.put(reason)

    def _published(
        self, _client: object, _data: object, _mid: int, reason: ReasonCode, _props: Properties
    ) -> None:
        self._answers.put(reason)

    def _subscribed(
        self, _client: object, _data: object, _mid: int, reasons: list[ReasonCode], _props: object
    ) -> None:
        self._answers.put(reasons[0])

    def _told(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self._heard.put((message.topic, bytes(message.payload)))
