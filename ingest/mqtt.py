"""Ingest's link to the broker: paho with manual acknowledgement and a session that persists.

MQTT 5 towards any real broker; 3.1.1 only towards the demo's embedded one.
"""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ingest.archive import Message
from ingest.contract.clock import Clock
from ingest.contract.period import micros
from ingest.contract.tls import TlsFiles
from ingest.packets import Published
from ingest.subscriber import Subscriber

_LOG = logging.getLogger(__name__)
_FILTER: Final = "zw/1/+/up/#"
_AT_LEAST_ONCE: Final = 1
_SESSION_S: Final = 7 * 24 * 3_600  # outlives a long weekend without ingest
_RECEIVE_MAXIMUM: Final = 2_048  # bounds memory; a group can be gathered while one is committed
_BACKLOG: Final = 4_096  # messages, a kept session may bring more; full, it stops the reading


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerAddress:
    """Where a broker is, as whom to go there, and what is read there besides gateways."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: TlsFiles | None = None  # None: in the clear
    version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5
    uplinks: str | None = None  # topic filter of what a ChirpStack server publishes

    @classmethod
    def parse(cls, url: str, files: TlsFiles | None = None) -> "BrokerAddress":
        """Read mqtt://USER:PASSWORD@HOST:PORT or mqtts://…, which files are for.

        Raises:
            ValueError: It cannot be used; the message never shows the password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError("broker: expected mqtt://USER:PASSWORD@HOST:PORT or mqtts://…")
        tls = (files or TlsFiles()) if parts.scheme == "mqtts" else None
        if files not in (None, TlsFiles()) and not tls:
            raise ValueError("broker: expected mqtts://… with files of certificates")
        address = cls(
            host=parts.hostname,
            port=port or (8883 if tls else 1883),
            user=None if parts.username is None else unquote(parts.username),
            password=None if parts.password is None else unquote(parts.password),
            tls=tls,
        )
        if tls:
            tls.context()
        return address


@dataclass(frozen=True, slots=True)
class Received:
    """A message and what the broker needs to hear once it is safe."""

    message: Message
    mid: int
    qos: int
    connection: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """How messages are gathered into one commit: it costs the same for one as for hundreds."""

    wait_s: float = 0.5  # for the first
    linger_s: float = 0.1  # for others behind it
    messages: int = 1_000  # single records come in messages of their own
    payload_bytes: int = 2_097_152  # some 280 usual chunks

    def full_at(self, waiting: Sequence[Received]) -> int:
        """Return how many of what waits make a full group, 0 where all are too few."""
        size = 0
        for count, one in enumerate(waiting[: self.messages], 1):
            size += len(one.message.payload)
            if size >= self.payload_bytes:
                return count
        return self.messages if len(waiting) >= self.messages else 0


class MqttLink:
    """Receives what gateways publish, and answers them."""

    def __init__(self, address: BrokerAddress, *, client_id: str, clock: Clock) -> None:
        self._address = address
        self._clock = clock
        self._waiting: list[Received] = []
        self._moved = threading.Condition()
        self._connection = 0
        self.subscribed: Final = threading.Event()
        """Set while the broker hands on to us what gateways publish."""
        self._client = self._make_client(client_id)

    def __enter__(self) -> Self:
        self._client.connect_async(
            self._address.host, self._address.port, keepalive=30, **_session(self._address)
        )
        self._client.loop_start()
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._drain()
        self._client.loop_stop()

    @property
    def held(self) -> int:
        """How many messages wait to be taken."""
        return len(self._waiting)

    def take(self, group: Group) -> Sequence[Received]:
        """Return what has come in, in order, after waiting for the first; empty where none came."""
        waiting, full = self._waiting, 0
        with self._moved:
            if self._moved.wait_for(lambda: len(waiting), group.wait_s):
                full = self._moved.wait_for(lambda: group.full_at(waiting), group.linger_s)
            taken = waiting[: full or None]
            del waiting[: len(taken)]
            self._moved.notify_all()
        return taken

    def acknowledge(self, received: Sequence[Received]) -> None:
        """Tell the broker that the messages are safe.

        On another connection a message id may mean another message: what came on an earlier one
        comes again, and is known by its numbers then.
        """
        now = self._connection
        self._client.acknowledge(one.mid for one in received if one.qos and one.connection == now)

    def publish(self, topic: str, payload: bytes) -> None:
        """Hand the broker a retained message; without one, its next repetition has to do.

        So acknowledgements do not pile up in memory while the broker is away.
        """
        if self.subscribed.is_set():
            self._client.publish(topic, payload, qos=1, retain=True)

    def _make_client(self, client_id: str) -> Subscriber:
        client = Subscriber(client_id, self._address.version, self._arrived)
        trust(client, self._address)
        client.reconnect_delay_set(1, 30)
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_subscribe = self._subscribed
        return client

    def _connected(
        self, client: paho.Client, _data: object, _flags: object, reason: ReasonCode, _props: object
    ) -> None:
        if reason.is_failure:
            _LOG.error("the broker refused ingest: %s", reason)
            return
        self._connection += 1
        _LOG.info("connected to the broker at %s:%s", self._address.host, self._address.port)
        filters = filter(None, (_FILTER, self._address.uplinks))
        client.subscribe([(each, _AT_LEAST_ONCE) for each in filters])

    def _subscribed(self, *_: object) -> None:
        self.subscribed.set()

    def _disconnected(self, *_: object) -> None:
        self.subscribed.clear()

    def _arrived(self, published: Sequence[Published]) -> None:
        at, connection = micros(self._clock.now()), self._connection
        received = [
            Received(Message(topic=topic, payload=payload, received_at=at), mid, qos, connection)
            for topic, payload, mid, qos in published
        ]
        with self._moved:
            self._moved.wait_for(lambda: len(self._waiting) < _BACKLOG)
            self._waiting += received
            self._moved.notify_all()

    def _drain(self) -> None:
        """Make room, so that a link waiting on a full backlog can end; the broker sends again."""
        with self._moved:
            self._waiting.clear()
            self._moved.notify_all()


def trust(client: paho.Client, address: BrokerAddress) -> None:
    """Let a client show who it is, and check who the broker is."""
    client.username_pw_set(address.user, address.password)
    if address.tls:
        client.tls_set_context(address.tls.context())


def _session(address: BrokerAddress) -> dict[str, Any]:
    """Return what makes an MQTT 5 session outlive its connection; 3.1.1 says so in the client."""
    if address.version != MQTTProtocolVersion.MQTTv5:
        return {}
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    properties.SessionExpiryInterval = _SESSION_S
    properties.ReceiveMaximum = _RECEIVE_MAXIMUM
    return {"clean_start": False, "properties": properties}
