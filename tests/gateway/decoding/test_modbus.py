"""The frames in vectors/srne_modbus_frames.tsv come out as their notes say."""

from typing import Any

import pytest

from gateway.decoding.modbus import ModbusConversation
from gateway.profile_file import load_profiles
from tests.gateway.decoding.frames import noted, vectors

VECTORS = vectors("srne_modbus_frames.tsv")
SRNE = load_profiles()["srne_streetlight"]


def a_conversation() -> ModbusConversation:
    return ModbusConversation(SRNE, edition="V3.9")


def said(request: str, response: str) -> dict[str, Any]:
    conversation = a_conversation()
    conversation.line(request)
    document = conversation.line(response)
    assert document["error"] is None
    (message,) = document["messages"]
    return {each["metric"]: (each["value"], each["unit"]) for each in message["readings"]}


def asking(address: int, count: int) -> str:
    """A request made to the rules of MODBUS over Serial Line V1.02, appendix B."""
    frame = bytes((1, 3)) + address.to_bytes(2, "big") + count.to_bytes(2, "big")
    register = 0xFFFF
    for byte in frame:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xA001 if register & 1 else 0)
    return (frame + register.to_bytes(2, "little")).hex()


def test_every_frame_is_judged_as_it_was_by_hand() -> None:
    conversation = a_conversation()

    for vector in VECTORS:
        document = conversation.line(vector.frame)
        found = (document["crc_ok"], document["length_ok"], document["edition"])
        assert found == (vector.crc_ok, vector.length_ok, vector.edition), vector.notes


@pytest.mark.parametrize(
    ("request_note", "expected"),
    [
        ("read 0x000A", {"system_voltage": (24, "V"), "rated_charge_current": (30, "A")}),
        ("read SoC", {"battery_soc": (100, "%")}),
        (
            "read temperatures",
            {"controller_temperature": (27, "Cel"), "battery_temperature": (25, "Cel")},
        ),
        ("read PV", {"pv_voltage": (14.4, "V"), "pv_current": (1.5, "A"), "pv_power": (216, "W")}),
        ("read 0x0111", {"charge_today": (1544, "A.h"), "discharge_today": (2064, "A.h")}),
        ("read 0x0118", {"charge_total": (66051, "A.h"), "discharge_total": (264, "A.h")}),
        ("read lamp", {"lamp_on": (1, "1"), "brightness": (100, "%"), "charge_state": (2, "1")}),
        ("read faults", {"fault_word": (33, "1")}),
        ("read daily history", {}),
    ],
)
def test_a_response_says_what_the_manual_says(
    request_note: str, expected: dict[str, tuple[float, str]]
) -> None:
    request = noted(VECTORS, request_note)
    response = VECTORS[[each.frame for each in VECTORS].index(request) + 1].frame

    assert said(request, response) == expected


@pytest.mark.parametrize(
    ("address", "count", "note", "expected"),
    [
        (
            0x0103,
            1,
            "0x0103: controller",
            {"controller_temperature": -10, "battery_temperature": -5},
        ),
        (0x0120, 1, "0x0120: lamp on", {"lamp_on": 1, "brightness": 30, "charge_state": 0}),
        (0x0121, 2, "0x0121..22: b31", {"fault_word": 2**31 + 1}),
        (0x0118, 4, "0x0118..1B: 65535", {"charge_total": 65_535, "discharge_total": 65_536}),
        (
            0xF001,
            10,
            "0xF001 block",
            {
                "battery_voltage_min": 11.5,
                "battery_voltage_max": 14.4,
                "charge_current_max": 8.0,
                "discharge_current_max": 2.0,
                "charge_power_max": 100,
                "discharge_power_max": 24,
                "charge": 40,
                "discharge": 30,
                "energy_generated": 480,
                "energy_used": 300,
            },
        ),
    ],
)
def test_a_made_response_says_what_it_was_made_to_say(
    address: int, count: int, note: str, expected: dict[str, float]
) -> None:
    found = said(asking(address, count), noted(VECTORS, note))

    assert {name: value for name, (value, _) in found.items()} == expected


def test_faults_are_told_by_name() -> None:
    conversation = a_conversation()
    conversation.line(asking(0x0121, 2))

    document: dict[str, Any] = conversation.line(noted(VECTORS, "0x0121..22: b31"))

    assert document["messages"][0]["faults"] == ["battery over-discharge", "lamp open circuit"]


def test_versions_are_of_three_bytes() -> None:
    found = said(noted(VECTORS, "read 0x0014"), noted(VECTORS, "software V03"))

    assert [value for value, _ in found.values()] == [3, 2, 1, 1, 2, 3]


@pytest.mark.parametrize("note", ["write load ON", "write 16 battery", "factory reset"])
def test_what_writes_is_said_to_be_never_sent(note: str) -> None:
    document: dict[str, Any] = a_conversation().line(noted(VECTORS, note))

    assert document["messages"][0]["readings"] == []
    assert "never sends" in document["messages"][0]["refused"]


def test_an_exception_is_no_reading() -> None:
    document: dict[str, Any] = a_conversation().line(noted(VECTORS, "exception 02"))

    assert document["error"] == "exception 2"
    assert document["messages"][0]["readings"] == []


@pytest.mark.parametrize(
    "request_before",
    [
        pytest.param(None, id="none at all"),
        pytest.param(asking(0x0101, 2), id="one of another size"),
        pytest.param("0103011c0004840f", id="a damaged one"),
    ],
)
def test_a_response_without_its_request_says_only_its_registers(
    request_before: str | None,
) -> None:
    conversation = a_conversation()
    if request_before:
        conversation.line(request_before)

    document: dict[str, Any] = conversation.line("0103020064b9af")

    assert document["messages"][0]["registers"] == [100]
    assert document["messages"][0]["readings"] == []
    assert "no request before it" in document["error"]


def test_a_request_is_answered_once() -> None:
    conversation = a_conversation()
    for frame in ("01030100000185f6", "0103020064b9af"):
        conversation.line(frame)

    assert conversation.line("0103020064b9af")["error"] is not None


@pytest.mark.parametrize(
    ("frame", "error"),
    [
        ("01", "expected at least 4 bytes"),
        ("0103zz", "expected hex digits, two a byte"),
        ("01030200407874", "crc-mismatch"),
    ],
)
def test_what_is_no_frame_is_told(frame: str, error: str) -> None:
    document = a_conversation().line(frame)

    assert (document["messages"], document["error"]) == ([], error)


def test_a_right_check_sum_does_not_make_a_wrong_length_right() -> None:
    conversation = a_conversation()
    conversation.line(asking(0x0100, 1))
    frame = bytes.fromhex("0103040064")
    register = 0xFFFF
    for byte in frame:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xA001 if register & 1 else 0)

    document = conversation.line((frame + register.to_bytes(2, "little")).hex())

    assert (document["crc_ok"], document["length_ok"]) == (True, False)
    assert document["messages"] == []
