"""What an uplink says, by a codec: values in the metrics' units, and when that was."""

from typing import Final

from ingest.chirpstack.codec import Codec, PayloadError, decode_payload
from ingest.chirpstack.topic import eui_of
from ingest.chirpstack.uplink import Event, Uplink, read_uplink
from ingest.contract.fields import MalformedError
from ingest.contract.mapping import Said, read_values, speaking

_MS: Final = 1_000


def read_published(topic: str, body: object) -> Uplink:
    """Read an uplink that came on a topic, which names the device as well.

    Raises:
        MalformedError: Topic or body is none of an uplink, or they are of two devices.
    """
    eui = eui_of(topic)
    uplink = read_uplink(body)
    if uplink.dev_eui != eui:
        raise MalformedError("deviceInfo.devEui", f"the topic's, {eui}")
    if uplink.event is not Event.UP:
        raise MalformedError("event", f"an uplink, not a {uplink.event}")
    return uplink


def said_by(uplink: Uplink, codec: Codec) -> Said:
    """Return what an uplink says; its instant is the device's own, else that of the server.

    Raises:
        MalformedError: It says nothing, or a field of the server's object is no number.
        PayloadError: Its payload is not what the codec says.
    """
    if codec.named:
        values = read_values(uplink.decoded, codec.named)
        speaking(values)
        return Said(measured_at=uplink.received_at // _MS, values=values)
    if not uplink.data:
        raise PayloadError(f"{codec.id}: no payload")
    decoded = decode_payload(codec, uplink.port, uplink.data)
    speaking(decoded.values)
    own = decoded.measured_at_s
    return Said(
        measured_at=uplink.received_at // _MS if own is None else own * _MS,
        values=decoded.values,
    )
