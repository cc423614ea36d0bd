"""paho's client for whom many small messages come: it hears and acknowledges many at a time.

paho asks the socket four times for each packet and hands it on by itself, and sends each
acknowledgement by itself: for a record of one device that costs more than all else that is done
with it. Here one read takes in whatever has come, and only what is no PUBLISH goes paho's way.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import paho.mqtt.client as paho
from paho.mqtt.enums import (
    CallbackAPIVersion,
    MessageType,
    MQTTErrorCode,
    MQTTProtocolVersion,
)

from ingest.packets import (
    BrokenStreamError,
    Published,
    acknowledgements,
    read_publish,
    whole_packets,
)

_LOG = logging.getLogger(__name__)
_READ: Final = 65_536  # bytes


class Subscriber(paho.Client):
    """A client with a session that persists and acknowledgements of QoS 1 by hand."""

    def __init__(
        self,
        client_id: str,
        version: MQTTProtocolVersion,
        on_published: Callable[[Sequence[Published]], None],
    ) -> None:
        self._five = version == MQTTProtocolVersion.MQTTv5
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id=client_id,
            protocol=version,
            manual_ack=True,
            clean_session=None if self._five else False,
        )
        self._on_published = on_published
        self._unread = b""
        self._handed = b""
        self._ended = False
        self.on_socket_open = self._begin

    def loop_read(self, max_packets: int = 1) -> MQTTErrorCode:
        """Take in all that has come, and tell of the messages in it, in order."""
        del max_packets
        try:
            arrived = super()._sock_recv(_READ)
        except BlockingIOError:
            return MQTTErrorCode.MQTT_ERR_SUCCESS
        except OSError:
            arrived = b""
        try:
            return self._take_in(arrived) if arrived else self._hand_over(b"")
        except BrokenStreamError as error:
            _LOG.error("the broker sends what is no MQTT: %s", error)
            return self._hand_over(b"")

    def acknowledge(self, mids: Iterable[int]) -> None:
        """Tell the broker that messages of QoS 1 are safe."""
        if packets := acknowledgements(mids):
            self._packet_queue(MessageType.PUBACK, packets, 0, 1)

    def _take_in(self, arrived: bytes) -> MQTTErrorCode:
        stream, taken = self._unread + arrived, 0
        published: list[Published] = []
        status = MQTTErrorCode.MQTT_ERR_SUCCESS
        for packet in whole_packets(stream):
            taken += len(packet.data)
            if packet.is_publish:
                published.append(read_publish(packet, properties=self._five))
            elif status := self._hand_over(packet.data):
                break
        self._unread = stream[taken:]
        if published:
            self._on_published(published)
        return status

    def _hand_over(self, packet: bytes) -> MQTTErrorCode:
        """Let paho handle a packet; an empty one is the end of the connection."""
        self._handed, self._ended = packet, not packet
        return super().loop_read()

    def _sock_recv(self, bufsize: int) -> bytes:
        """Give paho what it asks for of the packet that it is to handle, and of no other."""
        if not self._handed and not self._ended:
            raise BlockingIOError
        given, self._handed = self._handed[:bufsize], self._handed[bufsize:]
        return given

    def _begin(self, *_: object) -> None:
        self._unread = b""
