"""The frames in vectors/hj212_frames.tsv come out as their notes say."""

from datetime import timedelta

import pytest

from gateway.decoding.document import Document
from gateway.decoding.hj212 import Hj212Conversation
from gateway.drivers.hj212.crc import Convention
from tests.gateway.decoding.frames import Vector, noted, vectors

VECTORS = vectors("hj212_frames.tsv")


def told(beginning: str) -> Document:
    return Hj212Conversation().line(noted(VECTORS, beginning))


def the_message(beginning: str) -> Document:
    (message,) = told(beginning)["messages"]
    taken: Document = message
    return taken


def readings(beginning: str) -> dict[str, tuple[float | None, str | None, int]]:
    return {
        each["code"]: (each["value"], each["unit"], each["quality"])
        for each in the_message(beginning)["readings"]
    }


@pytest.mark.parametrize("vector", VECTORS, ids=[each.notes[:40] for each in VECTORS])
@pytest.mark.parametrize("alone", [True, False], ids=["alone", "in its conversation"])
def test_a_frame_is_judged_as_it_was_by_hand(vector: Vector, *, alone: bool) -> None:
    conversation = Hj212Conversation()
    for before in VECTORS[: 0 if alone else VECTORS.index(vector)]:
        conversation.line(before.frame)

    document = conversation.line(vector.frame)

    found = (document["crc_ok"], document["length_ok"], document["edition"])
    assert found == (vector.crc_ok, vector.length_ok, vector.edition)


@pytest.mark.parametrize(
    "vector", [each for each in VECTORS if each.crc_ok is False], ids=lambda each: each.notes[:30]
)
def test_what_has_a_wrong_check_sum_says_nothing(vector: Vector) -> None:
    document = Hj212Conversation().line(vector.frame)

    assert document["messages"] == []
    assert document["discarded_bytes"] == len(vector.frame)


@pytest.mark.parametrize(
    ("beginning", "reason"),
    [
        ("sender uses CRC-16/MODBUS printed high byte first; CN", "crc-modbus"),
        ("CRC from an unknown algorithm (low", "crc-foreign"),
        ("dust+noise, Flag=D", "crc-mismatch"),
        ("copy of a valid 2081 frame", "crc-mismatch"),
        ("one digit changed", "crc-mismatch"),
    ],
)
def test_a_wrong_check_sum_is_told_from_a_foreign_one(beginning: str, reason: str) -> None:
    assert told(beginning)["error"] == reason


def test_a_device_that_uses_the_other_check_sum_is_read_where_that_is_said() -> None:
    conversation = Hj212Conversation(check=Convention.MODBUS)

    other = conversation.line(
        noted(VECTORS, "sender uses CRC-16/MODBUS printed high byte first; CN")
    )
    standard = conversation.line(noted(VECTORS, "plain well-formed"))

    assert (other["crc_ok"], other["messages"][0]["command"]) == (True, "1072")
    assert (standard["crc_ok"], standard["messages"]) == (False, [])


def test_a_new_password_is_not_shown() -> None:
    conversation = Hj212Conversation(check=Convention.MODBUS)

    document = conversation.line(
        noted(VECTORS, "sender uses CRC-16/MODBUS printed high byte first; CN")
    )

    assert "654321" not in str(document)


def test_an_air_station_says_what_is_noted() -> None:
    found = readings("air station minute, 11 codes")

    assert len(found) == 11
    assert found["a34004"] == (14.0, "ug/m3", 1)
    assert found["a34002"] == (31.0, "ug/m3", 1)
    assert found["a21005"] == (0.427, "mg/m3", 1)
    assert found["a01006"] == (95.0, "kPa", 1)


def test_a_time_is_that_of_a_clock_in_beijing_unless_told_otherwise() -> None:
    frame = noted(VECTORS, "air station minute, 11 codes")

    def measured(hours: float) -> str:
        conversation = Hj212Conversation(offset=timedelta(hours=hours))
        return str(conversation.line(frame)["messages"][0]["measured_at"])

    assert the_message("air station minute, 11 codes")["measured_at"] == "2022-05-13T08:26:00Z"
    assert measured(7) == "2022-05-13T09:26:00Z"


def test_milliseconds_belong_to_the_time() -> None:
    message = the_message("17-digit DataTime")

    assert message["measured_at"] == "2021-03-04T16:38:17Z"
    assert [each["code"] for each in message["readings"]] == ["ele01", "ele02"]


def test_a_codes_own_time_is_told_beside_its_value() -> None:
    message = the_message("water real-time; per-code")
    own = {each["code"]: each.get("measured_at") for each in message["readings"]}

    assert message["measured_at"] == "2021-03-19T17:34:00Z"
    assert own["w21001"] == "2021-03-19T16:54:00Z"
    assert own["w01001"] == "2021-03-19T17:34:06Z"
    assert own["w00000"] is None


@pytest.mark.parametrize(
    ("beginning", "code", "expected"),
    [
        ("dust station minute", "a01006", (None, "kPa", 9)),
        ("dust station minute", "a34001", (0.16, "mg/m3", 1)),
        ("dust station minute", "cpm", (57.0, None, 1)),
        ("second part of a split", "a21018", (0.0, "mg/m3", 4)),
        ("over-length segment", "33", (1003.0705, "mg/m3", 3)),
        ("over-length segment", "01", (0.0, "mg/m3", 4)),
        ("over-length segment", "30", (109.8712, "mg/m3", 1)),
        ("2005 edition minute", "011", (999.99, "mg/L", 2)),
        ("2005 edition minute", "B01-Cou", (54.59, "L/s", 2)),
        ("2005 edition equipment", "SB8", (0.0, None, 2)),
        ("declared length counts", "PM10", (89.59, "ug/m3", 1)),
        ("Flag=7 but PNUM", "LA", (50.1, "dB", 1)),
        ("noise hourly", "Leq", (50.0, "dB", 2)),
        ("noise real-time", "LA", (50.1, "dB", 2)),
        ("surface water real-time", "w21003", (0.09055002, "mg/L", 1)),
        ("V=2 with PNUM/PNO", "a34004", (0.021, "mg/m3", 1)),
        ("CRC-invisible damage", "a34004", (10.5, "ug/m3", 4)),
        ("CRC-invisible damage", "a01001", (31.2, "Cel", 1)),
        ("same device family", "a211", (25.4, None, 1)),
    ],
)
def test_a_value_has_its_unit_and_the_trust_that_its_flag_earns(
    beginning: str, code: str, expected: tuple[float | None, str | None, int]
) -> None:
    assert readings(beginning)[code] == expected


@pytest.mark.parametrize(
    ("beginning", "answer"),
    [
        ("logger restart notice", "9014"),
        ("heartbeat (2025)", "9013"),
        ("device asks for clock", "9013"),
        ("host asks for minute history", "9011"),
        ("std sample", "9011"),
        ("air station minute, 11", None),
        ("2005 edition minute", None),
        ("ack 9014, Flag=4", None),
        ("request ack", None),
    ],
)
def test_the_answer_that_is_due_is_told(beginning: str, answer: str | None) -> None:
    assert the_message(beginning)["answer"] == answer


def test_parts_and_resending_are_told() -> None:
    message = the_message("V=2 with PNUM/PNO")

    assert (message["part"], message["resent"], message["rules"]) == ([1, 2], True, "2025")
    assert the_message("second part of a split")["part"] == [2, 2]
    assert the_message("Flag=7 but PNUM")["part"] is None


def test_surface_water_loggers_were_there_before_the_edition_whose_flag_they_use() -> None:
    assert the_message("surface water real-time")["rules"] == "2017"
    assert the_message("ack 9014 from a V=2")["rules"] == "2017"


def test_a_log_is_one_text_whatever_stands_in_it() -> None:
    assert the_message("log upload")["texts"] == {"i11001-Info": "清洗管路"}
    assert the_message("log text")["texts"] == {"i21001-Info": "更换滤膜;流量正常&正常"}


def test_two_frames_in_a_row_are_two_messages_and_the_second_says_nothing_new() -> None:
    messages = told("byte stream: two good frames")["messages"]

    assert [each["repeated"] for each in messages] == [False, True]


def test_noise_before_a_frame_is_counted_and_passed_over() -> None:
    document = told("byte stream: line noise")

    assert len(document["messages"]) == 1
    assert document["discarded_bytes"] == 6


def test_half_a_frame_waits_for_the_other_half() -> None:
    conversation = Hj212Conversation()
    whole = noted(VECTORS, "plain well-formed").encode()

    first = conversation.line(f"hex:{whole[:90].hex()}")
    second = conversation.line(f"hex:{whole[90:].hex()}")

    assert (first["messages"], first["error"], first["pending_bytes"]) == ([], None, 90)
    assert len(second["messages"]) == 1
    assert second["discarded_bytes"] == 0


def test_hex_is_read_with_its_name_before_it_or_not() -> None:
    frame = noted(VECTORS, "plain well-formed")

    bare = Hj212Conversation().line(frame.encode().hex())

    assert bare == Hj212Conversation().line(frame)


@pytest.mark.parametrize(
    ("line", "error"),
    [("hello", "no frame"), ("hex:abc", "expected hex digits, two a byte"), ("##0202QN=1", None)],
)
def test_a_line_without_a_frame_is_answered_all_the_same(line: str, error: str | None) -> None:
    document = Hj212Conversation().line(line)

    assert (document["messages"], document["error"]) == ([], error)
