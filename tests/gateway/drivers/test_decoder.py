"""Numbers worked out by hand, from two's complement, IEEE 754 and decimal places."""

from dataclasses import replace

import pytest

from gateway.drivers.modbus.decoder import Decoder
from gateway.profile import Encoding, Fault, Point, Segment, WordOrder
from ingest.contract.quality import Quality
from tests.gateway.drivers.devices import SUNSPEC, a_point, a_profile


@pytest.mark.parametrize(
    ("encoding", "registers", "expected"),
    [
        (Encoding.UINT16, [0xFFFF], 65_535.0),
        (Encoding.INT16, [0xFFFF], -1.0),
        (Encoding.INT16, [0x8000], -32_768.0),
        (Encoding.INT16, [0x7FFF], 32_767.0),
        (Encoding.UINT32, [0x0001, 0x0002], 65_538.0),
        (Encoding.UINT32, [0xFFFF, 0xFFFF], 4_294_967_295.0),
        (Encoding.INT32, [0xFFFF, 0xFFFE], -2.0),
        (Encoding.INT32, [0x7FFF, 0xFFFF], 2_147_483_647.0),
        (Encoding.UINT64, [0, 1, 0, 1], 4_294_967_297.0),
        (Encoding.ACC32, [0, 7], 7.0),
        (Encoding.FLOAT32, [0x3FC0, 0x0000], 1.5),
        (Encoding.FLOAT32, [0xC2ED, 0x4000], -118.625),
    ],
)
def test_registers_become_the_number_they_carry(
    encoding: Encoding, registers: list[int], expected: float
) -> None:
    readout = Decoder(a_profile(a_point(encoding))).decode(registers)

    assert readout.values == {"load_power": expected}
    assert readout.quality == {}


def test_the_low_word_comes_first_where_the_profile_says_so() -> None:
    profile = a_profile(a_point(Encoding.UINT32), word_order=WordOrder.LOW_FIRST)

    assert Decoder(profile).decode([1, 2]).values == {"load_power": 131_073.0}


@pytest.mark.parametrize(
    ("decimals", "raw", "expected"),
    [(1, 3, 0.3), (2, 1_999, 19.99), (3, 51_734_001, 51_734.001), (0, 60, 60.0), (-2, 7, 700.0)],
)
def test_a_value_is_the_decimal_number_itself(decimals: int, raw: int, expected: float) -> None:
    profile = a_profile(a_point(Encoding.UINT32, decimals=decimals))

    assert Decoder(profile).decode([raw >> 16, raw & 0xFFFF]).values == {"load_power": expected}


@pytest.mark.parametrize(
    ("point", "registers"),
    [
        pytest.param(a_point(Encoding.UINT16, sentinel=0xFFFF), [0xFFFF], id="its sentinel"),
        pytest.param(a_point(Encoding.INT16, sentinel=0x8000), [0x8000], id="a signed sentinel"),
        pytest.param(a_point(Encoding.ACC32, sentinel=0), [0, 0], id="an empty accumulator"),
        pytest.param(a_point(Encoding.FLOAT32), [0x7FC0, 0], id="not a number"),
        pytest.param(a_point(Encoding.FLOAT32), [0x7F80, 0], id="infinity"),
        pytest.param(a_point(Encoding.FLOAT32), [0xFF80, 0], id="minus infinity"),
    ],
)
def test_what_is_not_implemented_is_missing_and_not_zero(
    point: Point, registers: list[int]
) -> None:
    readout = Decoder(a_profile(point)).decode(registers)

    assert readout.values == {"load_power": None}
    assert readout.quality == {"load_power": Quality.MISSING}


def test_points_are_found_behind_the_registers_of_the_segments_before() -> None:
    segments = (
        Segment(function=3, first=10, last=12),
        Segment(function=4, first=100, last=101),
    )
    power = a_point(Encoding.UINT16, place=12)
    soc = a_point(Encoding.UINT16, metric="battery_soc", place=101)

    readout = Decoder(a_profile(power, soc, segments=segments)).decode([1, 2, 3, 4, 5])

    assert readout.values == {"load_power": 3.0, "battery_soc": 5.0}


# Model 103 of the SunSpec Device Information Model, worked out from its table of points.
INVERTER = [
    *(103, 50),
    *(1_450, 483, 484, 483, 0xFFFE),  # A, its phases, 10^-2
    *(3_991, 3_990, 3_992, 2_304, 2_303, 2_305, 0xFFFF),  # phase to phase, to neutral, 10^-1
    *(997, 1),  # W, 10^1
    *(4_998, 0xFFFE),  # Hz
    *(10_010, 0),  # VA
    *(0xFED4, 0),  # VAr, -300
    *(9_955, 0xFFFE),  # PF in percent
    *(0x0012, 0xD687, 0),  # WH 1,234,567
    *(2_621, 0xFFFE),  # DCA
    *(3_962, 0xFFFF),  # DCV
    *(10_385, 0),  # DCW
    *(0xFFCE, 0x8000, 0x8000, 0x8000, 0xFFFF),  # TmpCab -50, others not implemented, 10^-1
    *(4, 0xFFFF),  # St, StVnd
    *(0x0000, 0x0880, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),  # Evt1: bits 7 and 11
]


def test_an_inverters_values_are_scaled_by_its_own_factors() -> None:
    readout = Decoder(SUNSPEC).decode(INVERTER)

    assert readout.quality == {}
    assert readout.values == {
        "current": 14.5,
        "voltage_l1": 230.4,
        "voltage_l2": 230.3,
        "voltage_l3": 230.5,
        "active_power": 9_970.0,
        "frequency": 49.98,
        "apparent_power": 10_010.0,
        "reactive_power": -300.0,
        "power_factor": 0.9955,
        "energy_generated": 1_234.567,
        "dc_current": 26.21,
        "dc_voltage": 396.2,
        "dc_power": 10_385.0,
        "cabinet_temperature": -5.0,
        "operating_state": 4.0,
        "fault_word": 2_176.0,
    }
    assert SUNSPEC.faults_in(2_176) == ("over-temperature", "AC under-voltage")


@pytest.mark.parametrize("scale", [0x8000, 11, 0x7FFF, 0xFF00])
def test_without_a_scale_factor_a_value_is_unknown(scale: int) -> None:
    registers = [*INVERTER]
    registers[13] = scale

    readout = Decoder(SUNSPEC).decode(registers)

    unknown = {name for name, value in readout.values.items() if value is None}
    assert unknown == {"voltage_l1", "voltage_l2", "voltage_l3"}
    assert readout.quality == dict.fromkeys(unknown, Quality.MISSING)


def test_what_is_subtracted_goes_before_the_decimals() -> None:
    point = replace(a_point(Encoding.UINT16, decimals=1), subtract=1_000)

    assert Decoder(a_profile(point)).decode([945]).values == {"load_power": -5.5}


def test_the_higher_of_two_registers_may_stand_elsewhere() -> None:
    point = replace(a_point(Encoding.UINT32, decimals=1), high_word=2)

    assert Decoder(a_profile(point)).decode([5, 9, 1]).values == {"load_power": 6_554.1}


def test_parts_are_added_up_and_one_without_a_value_is_none() -> None:
    point = replace(a_point(Encoding.UINT16, sentinel=0xFFFF), add=(1, 2))
    decoder = Decoder(a_profile(point))

    assert decoder.decode([1, 0xFFFF, 4]).values == {"load_power": 5.0}
    assert decoder.decode([0xFFFF] * 3).values == {"load_power": None}


def test_a_fault_word_is_composed_of_states_and_bits() -> None:
    faults = (
        Fault(bit=0, name="hot", place=0, bits=(4, 6), equals=1),
        Fault(bit=1, name="cold", place=0, bits=(4, 6), equals=2),
        Fault(bit=9, name="short", place=1, bits=(15, 15), equals=1),
    )
    profile = replace(a_profile(a_point(Encoding.COMPOSED, metric="fault_word")), composed=faults)

    assert Decoder(profile).decode([0x0010, 0x8000]).values == {"fault_word": 513.0}
    assert Decoder(profile).decode([0x0020, 0x7FFF]).values == {"fault_word": 2.0}
    assert Decoder(profile).decode([0x0030, 0]).values == {"fault_word": 0.0}
