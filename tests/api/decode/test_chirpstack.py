import json

import pytest

from api.decode.chirpstack import ChirpstackConversation
from gateway.decoding.document import Document
from ingest.chirpstack.codec_files import shipped_codecs
from tests.ingest.chirpstack.events import UP, an_event


def told(event: dict[str, object]) -> Document:
    return ChirpstackConversation(shipped_codecs()).line(json.dumps(event))


def of_profile(name: str, **changed: object) -> dict[str, object]:
    return an_event(deviceInfo=UP["deviceInfo"] | {"deviceProfileName": name}, **changed)


def test_what_the_server_decoded_is_told() -> None:
    document = told(an_event(object={"temperature": 25.5, "door": True, "gps": {"alt": 7}}))

    (message,) = document["messages"]
    assert document["error"] is None
    assert (message["device"], message["command"]) == ("0101010101010101", "up")
    assert message["measured_at"] == "2022-07-18T09:34:15.775023Z"
    assert message["readings"] == [
        {
            "code": "temperature",
            "metric": "temperature",
            "value": 25.5,
            "unit": "Cel",
            "quality": 2,
        },
        {"code": "door", "metric": None, "value": 1.0, "unit": None, "quality": 2},
        {"code": "gps.alt", "metric": None, "value": 7.0, "unit": None, "quality": 2},
    ]


def test_a_codec_is_taken_by_the_name_of_the_devices_profile() -> None:
    document = told(of_profile("cayenne_lpp", data="A2cBEA=="))

    (reading,) = document["messages"][0]["readings"]
    assert (reading["metric"], reading["value"], reading["unit"]) == ("temperature", 27.2, "Cel")


def test_a_payload_with_a_time_of_its_own_was_measured_then() -> None:
    document = told(of_profile("lamp_template", fPort=2, data="agAAAAUAAlj25A=="))

    assert document["messages"][0]["measured_at"] == "2026-05-10T03:48:16Z"


@pytest.mark.parametrize(
    ("event", "error"),
    [
        (an_event(), "no codec is called 'Test device-profile'"),
        (of_profile("lamp_template", fPort=9), "lamp_template: nothing is known of port 9"),
        (an_event(data=None), None),
    ],
)
def test_a_payload_that_nobody_knows_says_so(event: dict[str, object], error: str | None) -> None:
    document = told(event)

    assert document["error"] == error
    assert document["messages"][0]["readings"] == []


def test_a_status_tells_the_battery() -> None:
    document = told(an_event(data=None, margin=5, batteryLevel=77.5))

    assert document["messages"][0]["command"] == "status"
    assert document["messages"][0]["readings"][0]["value"] == 77.5


def test_the_same_uplink_again_says_nothing_new() -> None:
    conversation = ChirpstackConversation(shipped_codecs())
    lines = [conversation.line(json.dumps(an_event())) for _ in range(2)]

    assert [line["messages"][0]["repeated"] for line in lines] == [False, True]


def test_an_event_may_come_as_hex() -> None:
    conversation = ChirpstackConversation(shipped_codecs())

    assert conversation.line(json.dumps(an_event()).encode().hex())["messages"]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("{", "expected JSON"),
        ('{"deviceInfo": NaN}', "expected JSON"),
        ("[" * 100_000, "expected JSON"),
        ("[]", "event: expected an object"),
        ("hello", "expected an event as JSON, or as hex of it"),
        ("ff", "expected JSON"),
    ],
)
def test_what_is_no_event_is_told(line: str, error: str) -> None:
    document = ChirpstackConversation(shipped_codecs()).line(line)

    assert (document["messages"], document["error"]) == ([], error)


def test_numbers_that_no_float_holds_are_left_out() -> None:
    document = told(an_event(object={"a": 10**400, "b": 1}))

    assert [each["code"] for each in document["messages"][0]["readings"]] == ["b"]
