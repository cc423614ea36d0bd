"""An event of ChirpStack v4: which device, when, and what it sent.

ChirpStack v4, JSON integration: the JSON form of Protobuf messages, so a field that is zero is not
there at all.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ingest.contract import fields
from ingest.contract.fields import MalformedError
from ingest.contract.period import micros

_EUI_DIGITS: Final = 16
_MOST_DATA: Final = 1_024  # bytes; LoRaWAN carries at most 242
DEVICE_TAG: Final = "device"  # names the device in the registry, where its EUI is not its id


class Event(StrEnum):
    """What an event is, by the fields it has."""

    UP = "up"
    STATUS = "status"
    JOIN = "join"


@dataclass(frozen=True, slots=True, kw_only=True)
class Uplink:
    """One event."""

    event: Event
    dev_eui: str
    device: str  # how the registry calls it
    profile: str  # how ChirpStack calls its kind
    deduplication: str
    received_at: int  # by the server's clock; microseconds since the epoch, UTC
    counter: int
    port: int
    data: bytes
    decoded: Mapping[str, object]  # what a codec of the server made of the data
    battery_percent: float | None  # of a status event


def read_uplink(message: object) -> Uplink:
    """Read a decoded event, or raise MalformedError."""
    body = fields.mapping(message, "event")
    info = fields.mapping(body.get("deviceInfo"), "deviceInfo")
    dev_eui = _eui(info.get("devEui"))
    tags = fields.mapping(info.get("tags") or {}, "deviceInfo.tags")
    return Uplink(
        event=_event(body),
        dev_eui=dev_eui,
        device=fields.name(tags.get(DEVICE_TAG, dev_eui), f"deviceInfo.tags.{DEVICE_TAG}"),
        profile=fields.text(info.get("deviceProfileName", ""), "deviceInfo.deviceProfileName"),
        deduplication=fields.text(body.get("deduplicationId", ""), "deduplicationId"),
        received_at=micros(fields.moment(body.get("time"), "time")),
        counter=fields.count(body.get("fCnt", 0), "fCnt"),
        port=fields.count(body.get("fPort", 0), "fPort"),
        data=_data(body.get("data", "")),
        decoded=fields.mapping(body.get("object") or {}, "object"),
        battery_percent=_battery(body),
    )


def _event(body: Mapping[str, object]) -> Event:
    if "margin" in body or "batteryLevel" in body or "externalPowerSource" in body:
        return Event.STATUS
    up = ("data", "object", "rxInfo", "txInfo", "fCnt", "fPort")
    return Event.UP if any(name in body for name in up) else Event.JOIN


def _eui(value: object) -> str:
    eui = fields.text(value, "deviceInfo.devEui").lower()
    if len(eui) != _EUI_DIGITS or not set(eui) <= set("0123456789abcdef"):
        raise MalformedError("deviceInfo.devEui", "16 hex digits")
    return eui


def _data(value: object) -> bytes:
    if not isinstance(value, str) or len(value) > 2 * _MOST_DATA:
        raise MalformedError("data", "base64 of at most 1,024 bytes")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("data", "base64 of at most 1,024 bytes") from None


def _battery(body: Mapping[str, object]) -> float | None:
    level = body.get("batteryLevel")
    return None if level is None else fields.number(level, "batteryLevel")
