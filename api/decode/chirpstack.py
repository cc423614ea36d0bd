"""ChirpStack's events as documents: what the server decoded, or what a codec of ours did."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from gateway.decoding.document import Document, NotHexError, document, from_hex, undecoded
from ingest.chirpstack.codec import Codec, Decoded, PayloadError, decode_payload
from ingest.chirpstack.uplink import Event, Uplink, read_uplink
from ingest.contract.catalog import METRICS
from ingest.contract.fields import MalformedError
from ingest.contract.period import instant, rfc3339
from ingest.contract.quality import Quality

_UNITS: Final = {metric.name: metric.unit for metrics in METRICS.values() for metric in metrics}
_MOST_DEPTH: Final = 8
_LARGEST: Final = 1e300
_REMEMBERED: Final = 10_000  # uplinks
_EDITION: Final = "v4"


class ChirpstackConversation:
    """Events in the order they came. A codec is taken by the name of the device's profile."""

    def __init__(self, codecs: Mapping[str, Codec]) -> None:
        """Begin with nothing heard."""
        self._codecs = codecs
        self._heard: dict[str, None] = {}

    def line(self, text: str) -> Document:
        """Return what an event says."""
        try:
            text = text.strip()
            content = text if text.startswith(("{", "[")) else from_hex(text)
            body = json.loads(content, parse_constant=_no_number)
            uplink = read_uplink(body)
        except NotHexError:
            return undecoded("expected an event as JSON, or as hex of it")
        except MalformedError as malformed:
            return undecoded(str(malformed))
        except (ValueError, RecursionError):
            return undecoded("expected JSON")
        message, error = self._message(uplink)
        return document(
            crc_ok=None,
            length_ok=None,
            edition=_EDITION,
            messages=[message],
            discarded_bytes=0,
            error=error,
        )

    def _message(self, uplink: Uplink) -> tuple[Document, str | None]:
        decoded, error = self._decoded(uplink)
        at = decoded.measured_at_s if decoded else None
        measured = instant(uplink.received_at if at is None else at * 1_000_000)
        return {
            "device": uplink.device,
            "command": str(uplink.event),
            "measured_at": rfc3339(measured),
            "readings": list(_readings(uplink, decoded)),
            "dev_eui": uplink.dev_eui,
            "profile": uplink.profile,
            "counter": uplink.counter,
            "port": uplink.port,
            "data": uplink.data.hex(),
            "repeated": self._is_repeated(uplink.deduplication),
        }, error

    def _decoded(self, uplink: Uplink) -> tuple[Decoded | None, str | None]:
        codec = self._codecs.get(uplink.profile)
        if codec is None or not uplink.data:
            unknown = uplink.event is Event.UP and uplink.data and not uplink.decoded
            return None, f"no codec is called {uplink.profile!r}" if unknown else None
        try:
            return decode_payload(codec, uplink.port, uplink.data), None
        except PayloadError as error:
            return None, str(error)

    def _is_repeated(self, deduplication: str) -> bool:
        repeated = deduplication in self._heard
        if deduplication:
            self._heard[deduplication] = None
        if len(self._heard) > _REMEMBERED:
            del self._heard[next(iter(self._heard))]
        return repeated


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON")


def _readings(uplink: Uplink, decoded: Decoded | None) -> Iterator[Document]:
    if decoded is not None:
        for name, value in decoded.values.items():
            yield _reading(name, name, value, decoded.units[name])
    else:
        for code, number in _numbers(uplink.decoded, ""):
            known = code if code in _UNITS else None
            yield _reading(code, known, number, _UNITS.get(code))
    if uplink.battery_percent is not None:
        yield _reading("batteryLevel", None, uplink.battery_percent, "%")


def _reading(code: str, metric: str | None, value: float | None, unit: str | None) -> Document:
    quality = Quality.MISSING if value is None else Quality.UNCHECKED
    return {
        "code": code,
        "metric": metric,
        "value": value,
        "unit": unit,
        "quality": int(quality),
    }


def _numbers(
    body: Mapping[str, object], before: str, depth: int = 0
) -> Iterator[tuple[str, float]]:
    """Yield the numbers of an object by their path, with dots between keys."""
    for key, value in body.items():
        if isinstance(value, int | float) and -_LARGEST <= value <= _LARGEST:
            yield f"{before}{key}", float(value)
        elif isinstance(value, dict) and depth < _MOST_DEPTH:
            yield from _numbers(value, f"{before}{key}.", depth + 1)
