from typing import Any

import pytest

from ingest.chirpstack.uplink import Event, read_uplink
from ingest.contract.fields import MalformedError
from ingest.contract.period import instant, rfc3339
from tests.ingest.chirpstack.events import an_event, of_device


def test_the_documented_event_is_read() -> None:
    uplink = read_uplink(an_event())

    assert (uplink.event, uplink.dev_eui, uplink.device) == (
        Event.UP,
        "0101010101010101",
        "0101010101010101",
    )
    assert rfc3339(instant(uplink.received_at)) == "2022-07-18T09:34:15.775023Z"
    assert (uplink.port, uplink.counter, uplink.data) == (1, 0, b"\xaa")


def test_what_is_zero_is_not_there() -> None:
    uplink = read_uplink(an_event(fPort=None, dr=None, data=None))

    assert (uplink.port, uplink.counter, uplink.data) == (0, 0, b"")


def test_a_tag_names_the_device_in_the_registry() -> None:
    uplink = read_uplink(of_device(tags={"device": "kh-lamp-001"}))

    assert (uplink.device, uplink.dev_eui) == ("kh-lamp-001", "0101010101010101")


def test_an_eui_is_told_in_one_way() -> None:
    assert read_uplink(of_device(devEui="A8404101010101FF")).device == "a8404101010101ff"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, Event.UP),
        ({"data": None, "object": {"a": 1}}, Event.UP),
        ({"batteryLevel": 77.5, "data": None}, Event.STATUS),
        ({"margin": 5, "data": None}, Event.STATUS),
        (dict.fromkeys(("data", "rxInfo", "txInfo", "fPort", "dr")), Event.JOIN),
    ],
)
def test_an_event_is_told_by_its_fields(changed: dict[str, Any], expected: Event) -> None:
    assert read_uplink(an_event(**changed)).event is expected


@pytest.mark.parametrize(
    ("event", "field"),
    [
        ([], "event"),
        (an_event(deviceInfo=None), "deviceInfo"),
        (of_device(devEui="01"), "deviceInfo.devEui"),
        (of_device(devEui="zz01010101010101"), "deviceInfo.devEui"),
        (of_device(tags={"device": "Not a name"}), "deviceInfo.tags.device"),
        (an_event(time="2022-07-18T09:34:15"), "time"),
        (an_event(time=None), "time"),
        (an_event(fCnt=-1), "fCnt"),
        (an_event(fPort="1"), "fPort"),
        (an_event(data="!!"), "data"),
        (an_event(data="AAAA" * 1_000), "data"),
        (an_event(object=[1]), "object"),
    ],
)
def test_what_is_no_event_is_told_by_its_field(event: object, field: str) -> None:
    with pytest.raises(MalformedError) as raised:
        read_uplink(event)

    assert raised.value.field == field
