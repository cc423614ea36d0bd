"""What the bytes of registers are, worked out by hand from the register tables."""

import struct

import pytest

from gateway.profile import Encoding, WordOrder
from simulators.boxes.registers import Registers
from tests.gateway.drivers.devices import SRNE, SUNSPEC, a_point, a_profile


@pytest.mark.parametrize(
    ("encoding", "value", "expected"),
    [
        (Encoding.UINT16, 65_535.0, "ffff"),
        (Encoding.INT16, -2.0, "fffe"),
        (Encoding.UINT32, 65_538.0, "00010002"),
        (Encoding.INT32, -2.0, "fffffffe"),
        (Encoding.UINT64, 4_294_967_297.0, "0000000100000001"),
        (Encoding.FLOAT32, -118.625, "c2ed4000"),
        (Encoding.FLOAT32, None, "7fc00000"),
    ],
)
def test_a_number_is_written_high_word_first(
    encoding: Encoding, value: float | None, expected: str
) -> None:
    registers = Registers(a_profile(a_point(encoding)))

    registers.set({"load_power": value})

    size = len(expected) // 2
    assert registers.blocks[0].content == bytes.fromhex(expected) + bytes(20 - size)


def test_a_number_is_written_low_word_first_where_the_profile_says_so() -> None:
    profile = a_profile(a_point(Encoding.UINT32, decimals=1), word_order=WordOrder.LOW_FIRST)
    registers = Registers(profile)

    registers.set({"load_power": 6_553.8})

    assert registers.blocks[0].take(0, 2) == bytes.fromhex("00020001")


def test_a_streetlights_shared_registers_hold_each_metric_in_its_bits() -> None:
    registers = Registers(SRNE)

    registers.set({"controller_temperature": -10.0, "battery_temperature": -5.0})
    registers.set({"lamp_on": 1.0, "brightness": 100.0, "charge_state": 2.0})

    assert registers.blocks[0].take(0x0103, 1) == bytes.fromhex("8a85")
    assert registers.blocks[0].take(0x0120, 1) == bytes.fromhex("e402")


def test_an_inverters_registers_are_a_sunspec_chain() -> None:
    registers = Registers(SUNSPEC)
    block = registers.blocks[0]

    assert (block.function, block.first, len(block.content)) == (3, 40_000, 2 * 124)
    assert block.take(40_000, 4) == b"SunS" + struct.pack(">HH", 1, 66)
    assert block.take(40_070, 2) == struct.pack(">HH", 103, 50)
    assert block.take(40_122, 2) == struct.pack(">HH", 0xFFFF, 0)


def test_an_inverters_scale_factors_come_with_its_values() -> None:
    registers = Registers(SUNSPEC)
    block = registers.blocks[0]

    registers.set({"voltage_l1": 230.4, "energy_generated": 1_234.567, "power_factor": -0.999})

    assert block.take(40_080, 1) == struct.pack(">H", 2_304)
    assert block.take(40_083, 1) == struct.pack(">h", -1)
    assert block.take(40_092, 2) == struct.pack(">hh", -999, -1)  # -99.9 %
    assert block.take(40_094, 3) == struct.pack(">Ih", 1_234_567, 0)


def test_what_an_inverter_was_not_told_reads_as_not_implemented() -> None:
    block = Registers(SUNSPEC).blocks[0]

    assert block.take(40_084, 1) == bytes.fromhex("8000")  # W, int16
    assert block.take(40_086, 1) == bytes.fromhex("ffff")  # Hz, uint16
    assert block.take(40_094, 2) == bytes.fromhex("00000000")  # WH, acc32
    assert block.take(40_110, 2) == bytes.fromhex("ffffffff")  # Evt1, bitfield32
