"""Check sums worked out in HJ 212-2017, Annex A, and by its algorithm bit by bit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.drivers.hj212.crc import (
    Convention,
    annex_a,
    convention,
    is_of_the_standard,
    modbus,
)

SAMPLE = (
    b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;"
    b"CP=&&RtdInterval=30&&"
)


def bit_by_bit(segment: bytes) -> int:
    """The algorithm as Annex A prints it."""
    register = 0xFFFF
    for byte in segment:
        register = (register >> 8) ^ byte
        for _ in range(8):
            low = register & 1
            register >>= 1
            if low:
                register ^= 0xA001
    return register


def test_the_worked_example_of_the_standard() -> None:
    assert len(SAMPLE) == 101
    assert annex_a(SAMPLE) == 0x1C80


@pytest.mark.parametrize(
    ("segment", "expected"),
    [(b"", 0xFFFF), (b"1", 0x9481), (b"&&", 0xB101), (b"123456789", 0x2F80)],
)
def test_short_segments(segment: bytes, expected: int) -> None:
    assert annex_a(segment) == expected


@given(st.binary(max_size=300))
def test_it_is_what_the_algorithm_gives_bit_by_bit(segment: bytes) -> None:
    assert annex_a(segment) == bit_by_bit(segment)


@pytest.mark.parametrize("size", [7, 8, 9, 1_023, 1_024, 9_999])
def test_long_segments_are_no_exception(size: int) -> None:
    segment = (SAMPLE * 100)[:size]

    assert annex_a(segment) == bit_by_bit(segment)


def test_the_other_convention_is_the_one_of_modbus() -> None:
    assert modbus(b"123456789") == 0x4B37


@given(st.binary(min_size=1, max_size=100))
def test_only_eight_low_bytes_occur(segment: bytes) -> None:
    assert is_of_the_standard(b"%04X" % annex_a(segment))


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (b"1C80", Convention.ANNEX_A),
        (b"1c80", Convention.ANNEX_A),
        (b"1C81", None),
        (b"1C8", None),
        (b"1C 8", None),
        (b"+C80", None),
        (b"0x1C", None),
    ],
)
def test_a_check_sum_is_four_hex_digits_in_either_case(
    check: bytes, expected: Convention | None
) -> None:
    assert convention(SAMPLE, check) is expected


def test_a_check_sum_of_modbus_is_told_from_a_wrong_one() -> None:
    assert convention(b"123456789", b"4B37") is Convention.MODBUS
    assert not is_of_the_standard(b"4B37")
    assert not is_of_the_standard(b"4B3")
