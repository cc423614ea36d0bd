"""Payloads worked out by hand; those of Cayenne LPP from its documentation's examples."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.chirpstack.codec import Number, PayloadError, decode_payload
from ingest.chirpstack.codec_files import CODECS, CodecError, load_codec, shipped_codecs

LAMP = shipped_codecs()["lamp_template"]
LPP = shipped_codecs()["cayenne_lpp"]
PAYLOAD = bytes.fromhex("6a000000 0500 0258 f6 e4")


def test_a_fixed_payload_is_read_at_its_places() -> None:
    told = decode_payload(LAMP, 2, PAYLOAD)

    assert told.values == {
        "battery_voltage": 12.8,
        "load_power": 60.0,
        "battery_temperature": -10.0,
        "lamp_on": 1.0,
        "brightness": 100.0,
    }
    assert told.units["battery_voltage"] == "V"
    assert told.measured_at_s == 0x6A00_0000


def test_a_sentinel_is_no_value() -> None:
    payload = PAYLOAD[:6] + b"\xff\xff" + PAYLOAD[8:]

    assert decode_payload(LAMP, 2, payload).values["load_power"] is None


def test_more_bytes_than_are_known_are_let_be() -> None:
    assert decode_payload(LAMP, 2, PAYLOAD + b"\x00").values["load_power"] == 60.0


@pytest.mark.parametrize(
    ("port", "payload", "reason"),
    [
        (3, PAYLOAD, "nothing is known of port 3"),
        (2, PAYLOAD[:9], "9 bytes on port 2, at least 10"),
    ],
)
def test_a_payload_that_does_not_fit_is_refused(port: int, payload: bytes, reason: str) -> None:
    with pytest.raises(PayloadError, match=reason):
        decode_payload(LAMP, port, payload)


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ("0567 00FF", {"temperature": 25.5}),
        ("0167 FFD7", {"temperature": -4.1}),
        ("0367 0110 0468 50", {"temperature": 27.2, "humidity": 40.0}),
        ("0671 04D2 FB2E 0000 0373 2765", {"pressure": 1_008.5}),
        ("", {}),
    ],
)
def test_tagged_values_are_read_one_behind_the_other(
    payload: str, expected: dict[str, float]
) -> None:
    assert decode_payload(LPP, 1, bytes.fromhex(payload)).values == expected


@pytest.mark.parametrize(
    ("payload", "reason"),
    [("05", "half a tag"), ("0567 00", "cut off"), ("05FE 00", "type 254 is unknown")],
)
def test_tags_that_do_not_fit_are_refused(payload: str, reason: str) -> None:
    with pytest.raises(PayloadError, match=reason):
        decode_payload(LPP, 1, bytes.fromhex(payload))


@pytest.mark.parametrize(
    ("number", "content", "expected"),
    [
        (Number(size=2, order="little"), "0102", 513.0),
        (Number(size=3, signed=True), "ffffff", -1.0),
        (Number(size=2, signed=True, order="little", divide=10), "f6ff", -1.0),
        (Number(size=1, multiply=5, divide=2, offset=-40.0), "14", 10.0),
        (Number(size=1, mask=0x30, shift=4), "6f", 2.0),
    ],
)
def test_numbers_are_what_their_bytes_carry(number: Number, content: str, expected: float) -> None:
    assert number.read(bytes.fromhex(content)) == expected


@given(st.binary(max_size=64), st.integers(0, 255))
def test_whatever_comes_is_decoded_or_refused(payload: bytes, port: int) -> None:
    for codec in shipped_codecs().values():
        try:
            decode_payload(codec, port, payload)
        except PayloadError:
            continue


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('id = "lamp_template"', 'id = "x"', "id"),
        ("port = 2", "port = 256", "payload[0].port"),
        ('metric = "load_power"', 'metric = "power"', "payload[0].field[1].metric"),
        ("at = 4", "at = -1", "payload[0].field[0].at"),
        ('type = "int8"', 'type = "float"', "payload[0].field[2].type"),
        ("mask = 0x80", "mask = 0x180", "payload[0].field[3].mask"),
        ("divide = 100", "divide = 0", "payload[0].field[0].divide"),
        ("divide = 100", 'order = "middle"', "payload[0].field[0].order"),
        ("divide = 100", "color = 1", "payload[0].field[0].color"),
        ("time_at = 0", "time_at = 300", "payload[0].time_at"),
    ],
)
def test_what_is_wrong_with_a_codec_is_told_by_its_key(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    text = (CODECS / "lamp_template.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "lamp_template.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(CodecError) as raised:
        load_codec(path)

    assert f": {key}: expected" in str(raised.value)
