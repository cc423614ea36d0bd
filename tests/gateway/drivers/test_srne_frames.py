"""Replies as the manual of the streetlights' controller prints them, and replies made to its rules.

The manual is SRNE_MODBUS V3.9, published in cole8888/SRNE-Solar-Charge-Controller-Monitor.
"""

import pytest

from gateway.drivers.modbus.decoder import Decoder
from tests.gateway.drivers.devices import SRNE

FIRST = 0x0100
REGISTERS = 35


def registers_of(address: int, reply: str) -> list[int]:
    """Put the registers of an RTU reply (unit, function, size, registers, CRC) in their place."""
    frame = bytes.fromhex(reply)
    content = frame[3:-2]
    assert frame[:3] == bytes((1, 3, len(content)))
    words = [int.from_bytes(content[at : at + 2], "big") for at in range(0, len(content), 2)]
    before = address - FIRST
    return [0] * before + words + [0] * (REGISTERS - before - len(words))


@pytest.mark.parametrize(
    ("address", "reply", "expected"),
    [
        pytest.param(0x0100, "0103020064b9af", {"battery_soc": 100.0}, id="manual 4.5"),
        pytest.param(
            0x0103,
            "0103021b19737e",
            {"controller_temperature": 27.0, "battery_temperature": 25.0},
            id="manual 4.7",
        ),
        pytest.param(
            0x0107,
            "0103060090009600d8011e",
            {"pv_voltage": 14.4, "pv_current": 1.5, "pv_power": 216.0},
            id="manual 4.9",
        ),
        pytest.param(
            0x0120,
            "010302e4027285",
            {"lamp_on": 1.0, "brightness": 100.0, "charge_state": 2.0},
            id="manual 4.14",
        ),
        pytest.param(0x0121, "010304000000213a2b", {"fault_word": 33.0}, id="manual 4.15"),
        pytest.param(
            0x0103,
            "0103028a851e87",
            {"controller_temperature": -10.0, "battery_temperature": -5.0},
            id="below zero: sign and magnitude, not two's complement",
        ),
        pytest.param(
            0x0120,
            "0103029e00d024",
            {"lamp_on": 1.0, "brightness": 30.0, "charge_state": 0.0},
            id="dimmed",
        ),
        pytest.param(
            0x0121, "010304800000011233", {"fault_word": 2_147_483_649.0}, id="the highest fault"
        ),
        pytest.param(
            0x011C,
            "0103080000ffff00010000c40c",
            {"energy_generated": 65.535, "energy_used": 65.536},
            id="the high word comes first",
        ),
    ],
)
def test_a_reply_says_what_the_manual_says(
    address: int, reply: str, expected: dict[str, float]
) -> None:
    values = Decoder(SRNE).decode(registers_of(address, reply)).values

    others = dict.fromkeys(SRNE.metrics, 0.0)
    assert values == others | expected


def test_brightness_counts_only_while_the_lamp_is_on() -> None:
    registers = [0] * REGISTERS
    registers[0x0120 - FIRST] = 0x6405

    values = Decoder(SRNE).decode(registers).values

    assert (values["lamp_on"], values["brightness"], values["charge_state"]) == (0.0, 0.0, 5.0)


def test_only_the_low_byte_is_the_state_of_charge() -> None:
    assert Decoder(SRNE).decode([0x1240] + [0] * 34).values["battery_soc"] == 64.0


@pytest.mark.parametrize(
    ("fault_word", "expected"),
    [
        (0, ()),
        (0x0000_0021, ("battery over-discharge", "controller over-temperature")),
        (0x8000_0001, ("battery over-discharge", "lamp open circuit")),
        (0x0000_0100, ("bit 8",)),
    ],
)
def test_faults_are_told_by_name(fault_word: int, expected: tuple[str, ...]) -> None:
    assert SRNE.faults_in(fault_word) == expected
