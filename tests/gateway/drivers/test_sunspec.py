"""Finding the inverter's model in chains laid out by hand."""

from contextlib import AsyncExitStack
from itertools import count

import pytest

from gateway.driver import DeviceRefusedError, DeviceUnreachableError
from gateway.drivers.modbus.line import ModbusLine
from gateway.endpoints import Endpoint
from simulators.boxes.modbus import ModbusBox
from tests.gateway.drivers.devices import SUNSPEC, a_device
from tests.gateway.drivers.test_decoder import INVERTER
from tests.gateway.drivers.wire import at, holding, raw_device

MARKER = [0x5375, 0x6E53]
END = [0xFFFF, 0]
COMMON = [1, 66] + [0x5A57] * 66
CHAIN = at(40_000, MARKER + COMMON + INVERTER + END)


def common(length: int) -> list[int]:
    return [1, length] + [0x5A57] * length


def a_line(port: int) -> ModbusLine:
    """A line for which half an hour passes at each glance at the clock."""
    return ModbusLine(
        Endpoint("127.0.0.1", port),
        timeout_s=0.1,
        retries=0,
        monotonic=count(0.0, 1_800.0).__next__,
    )


@pytest.mark.parametrize("base", [40_000, 0, 50_000])
@pytest.mark.parametrize("common_length", [65, 66])
async def test_the_model_is_found_behind_the_marker(base: int, common_length: int) -> None:
    chain = at(base, MARKER + common(common_length) + INVERTER + END)
    async with raw_device(holding(chain)) as inverter, a_line(inverter.port) as line:
        readout = await line.read(a_device(SUNSPEC))

    assert readout.values["active_power"] == 9_970.0


async def test_other_models_are_passed_over_by_their_length() -> None:
    decoy = [120, 4, 103, 50, 103, 50]
    empty = [64_001, 0]
    chain = at(40_000, MARKER + COMMON + decoy + empty + INVERTER + [160, 1, 0] + END)
    async with raw_device(holding(chain)) as inverter, a_line(inverter.port) as line:
        readout = await line.read(a_device(SUNSPEC))

    assert readout.values["frequency"] == 49.98


async def test_once_found_the_model_takes_one_request() -> None:
    async with raw_device(holding(CHAIN)) as inverter, a_line(inverter.port) as line:
        await line.read(a_device(SUNSPEC))
        inverter.asked.clear()
        await line.read(a_device(SUNSPEC))

    assert inverter.asked == [bytes.fromhex("03") + (40_070).to_bytes(2, "big") + b"\x00\x34"]


@pytest.mark.parametrize(
    ("chain", "reason"),
    [
        pytest.param(at(100, MARKER), "no SunSpec marker at 40000, 0, 50000", id="nothing"),
        pytest.param(at(0, [0, 0]) | at(40_000, [0x5375, 0]), "no SunSpec marker", id="no marker"),
        pytest.param(at(40_000, MARKER + COMMON + END), "no SunSpec model 103", id="no model"),
        pytest.param(
            at(40_000, MARKER + [103, 48] + [0] * 48 + END),
            "no SunSpec model 103 with 50 registers",
            id="another length",
        ),
        pytest.param(
            at(50_000, [*MARKER, 1, 0xFFFF]), "no SunSpec model 103", id="beyond all addresses"
        ),
        pytest.param(at(40_000, MARKER), "exception 2", id="a chain without an end"),
    ],
)
async def test_a_device_that_is_no_such_inverter_is_refused(
    chain: dict[int, int], reason: str
) -> None:
    async with raw_device(holding(chain)) as device, a_line(device.port) as line:
        with pytest.raises(DeviceRefusedError, match=reason):
            await line.read(a_device(SUNSPEC))


@pytest.mark.parametrize(
    ("others", "reason"),
    [
        pytest.param(at(40_000, [0] * 130), "gone from 40070", id="other registers there"),
        pytest.param({}, "exception 2", id="no registers there"),
    ],
)
async def test_an_inverter_that_was_exchanged_is_looked_for_anew(
    others: dict[int, int], reason: str
) -> None:
    after = at(0, MARKER + common(65) + INVERTER + END) | others
    async with raw_device(holding(CHAIN)) as device, a_line(device.port) as line:
        await line.read(a_device(SUNSPEC))
        device.answer = holding(after)
        with pytest.raises(DeviceRefusedError, match=reason):
            await line.read(a_device(SUNSPEC))

        readout = await line.read(a_device(SUNSPEC))

    assert readout.values["active_power"] == 9_970.0


async def test_after_a_lost_connection_every_inverter_is_looked_for_anew() -> None:
    first, second = a_device(SUNSPEC, unit=1), a_device(SUNSPEC, unit=2)
    async with AsyncExitStack() as stack:
        async with ModbusBox({1: SUNSPEC, 2: SUNSPEC}) as box:
            port = box.port
            line = await stack.enter_async_context(a_line(port))
            await line.read(first)
            await line.read(second)
        with pytest.raises(DeviceUnreachableError):
            await line.read(first)

        async with ModbusBox({2: SUNSPEC}, port=port, sunspec_base=0) as box:
            box.set(2, {"active_power": 9_970.0})
            readout = await line.read(second)

    assert readout.values["active_power"] == 9_970.0
