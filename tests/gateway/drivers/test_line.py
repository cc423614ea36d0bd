"""The driver against devices made of bytes, and against the simulated box where units are many."""

import asyncio
import struct
from collections.abc import Callable
from contextlib import AsyncExitStack
from itertools import pairwise

import pytest
from pymodbus.constants import ExcCodes

from gateway.driver import DeviceRefusedError, DeviceUnreachableError, DriverError
from gateway.drivers.modbus.line import ModbusLine
from gateway.endpoints import Endpoint
from gateway.profile import Encoding, Segment
from simulators.boxes.modbus import ModbusBox
from tests.gateway.drivers.devices import SRNE, a_device, a_point, a_profile
from tests.gateway.drivers.wire import at, holding, raw_device

HOST = "127.0.0.1"
SHORT_S = 0.05
LAMP = at(0x0100, [0x0064, 0x0090] + [0] * 33)


def a_line(
    port: int, *, retries: int = 0, monotonic: Callable[[], float] = lambda: 0.0
) -> ModbusLine:
    return ModbusLine(Endpoint(HOST, port), timeout_s=SHORT_S, retries=retries, monotonic=monotonic)


async def test_a_streetlight_is_read_in_one_request() -> None:
    async with raw_device(holding(LAMP)) as lamp, a_line(lamp.port) as line:
        readout = await line.read(a_device())

    assert lamp.asked == [bytes.fromhex("03 0100 0023")]
    assert readout.values["battery_soc"] == 100.0
    assert readout.values["battery_voltage"] == 14.4


async def test_each_segment_is_a_request_with_its_own_function() -> None:
    def answer(request: bytes) -> bytes:
        function, address, _ = struct.unpack(">BHH", request)
        return struct.pack(">BBH", function, 2, address)

    profile = a_profile(
        a_point(Encoding.UINT16, place=7),
        a_point(Encoding.UINT16, metric="battery_soc", place=99),
        segments=(Segment(function=4, first=7, last=7), Segment(function=3, first=99, last=99)),
    )
    async with raw_device(answer) as device, a_line(device.port) as line:
        readout = await line.read(a_device(profile))

    assert device.asked == [bytes.fromhex("04 0007 0001"), bytes.fromhex("03 0063 0001")]
    assert readout.values == {"load_power": 7.0, "battery_soc": 99.0}


@pytest.mark.parametrize("function", [1, 2, 5, 6, 15, 16, 22, 23, 0x78, 0x79])
async def test_nothing_but_reading_registers_is_ever_sent(function: int) -> None:
    profile = a_profile(
        a_point(Encoding.UINT16), segments=(Segment(function=function, first=0, last=0),)
    )
    async with raw_device(holding(LAMP)) as lamp, a_line(lamp.port) as line:
        with pytest.raises(DeviceRefusedError, match="not one that only reads"):
            await line.read(a_device(profile))

    assert lamp.asked == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        pytest.param(ExcCodes.ILLEGAL_FUNCTION, DeviceRefusedError, id="illegal function"),
        pytest.param(ExcCodes.ILLEGAL_ADDRESS, DeviceRefusedError, id="illegal address"),
        pytest.param(ExcCodes.ILLEGAL_VALUE, DeviceRefusedError, id="illegal value"),
        pytest.param(ExcCodes.DEVICE_FAILURE, DeviceUnreachableError, id="failure"),
        pytest.param(ExcCodes.DEVICE_BUSY, DeviceUnreachableError, id="busy"),
        pytest.param(ExcCodes.GATEWAY_NO_RESPONSE, DeviceUnreachableError, id="bus is silent"),
    ],
)
async def test_an_exception_is_permanent_only_where_it_blames_the_question(
    code: ExcCodes, expected: type[DriverError]
) -> None:
    async with ModbusBox({1: SRNE}) as box, a_line(box.port) as line:
        box.refuse(1, code)
        with pytest.raises(expected, match=f"exception {code.value}$") as raised:
            await line.read(a_device())
        box.refuse(1, None)
        await line.read(a_device())

    assert raised.value.device == "device-1"


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(bytes.fromhex("03 04 0001 0002"), id="too few registers"),
        pytest.param(bytes.fromhex("03 46 0001"), id="fewer than it says"),
        pytest.param(bytes.fromhex("04 46") + bytes(70), id="another function"),
        pytest.param(bytes.fromhex("55 aa 55 aa"), id="an unknown function"),
        pytest.param(bytes.fromhex("03"), id="nothing after the function"),
    ],
)
async def test_a_reply_that_does_not_fit_is_no_reading(reply: bytes) -> None:
    async with raw_device(lambda _: reply) as device, a_line(device.port) as line:
        with pytest.raises(DeviceUnreachableError):
            await line.read(a_device())


async def test_a_line_recovers_from_a_reply_that_makes_no_sense() -> None:
    async with raw_device(lambda _: b"\x55\xaa") as device, a_line(device.port) as line:
        with pytest.raises(DeviceUnreachableError):
            await line.read(a_device())
        device.answer = holding(LAMP)

        readout = await line.read(a_device())

    assert readout.values["battery_soc"] == 100.0


async def test_a_silent_device_is_asked_again_and_then_given_up() -> None:
    async with raw_device(lambda _: None) as device, a_line(device.port, retries=1) as line:
        with pytest.raises(DeviceUnreachableError):
            await line.read(a_device())

    assert device.asked == [bytes.fromhex("03 0100 0023")] * 2


async def test_a_connection_that_stays_silent_twice_is_made_anew() -> None:
    async with raw_device(lambda _: None) as device, a_line(device.port) as line:
        for _ in range(2):
            with pytest.raises(DeviceUnreachableError):
                await line.read(a_device())
        device.answer = holding(LAMP)

        await line.read(a_device())

    assert len(device.connections) == 2


async def test_a_silent_device_does_not_keep_its_neighbor_from_answering() -> None:
    async with ModbusBox({1: SRNE, 2: SRNE}) as box, a_line(box.port) as line:
        box.set(2, {"load_power": 60.0})
        box.silence(1, on=True)
        with pytest.raises(DeviceUnreachableError):
            await line.read(a_device(unit=1))
        neighbor = await line.read(a_device(unit=2))
        box.silence(1, on=False)
        await line.read(a_device(unit=1))

    assert neighbor.values["load_power"] == 60.0


async def test_a_late_reply_is_not_taken_for_the_next_devices() -> None:
    def address(request: bytes) -> bytes:
        return bytes((3, 2)) + request[1:3]

    first, second = (
        a_device(
            a_profile(
                a_point(Encoding.UINT16, place=place),
                segments=(Segment(function=3, first=place, last=place),),
            )
        )
        for place in (1, 2)
    )
    async with raw_device(address, delayed=True) as device, a_line(device.port) as line:
        with pytest.raises(DeviceUnreachableError):
            await line.read(first)
        readout = await line.read(second)

    assert readout.values == {"load_power": 2.0}


async def test_readers_at_the_same_time_share_a_connection_and_take_turns() -> None:
    async with raw_device(holding(LAMP)) as lamp, a_line(lamp.port) as line:
        readouts = await asyncio.gather(*(line.read(a_device(unit=unit)) for unit in range(1, 21)))

    assert [readout.values["battery_soc"] for readout in readouts] == [100.0] * 20
    assert len(lamp.connections) == 1


async def test_a_refused_connection_is_unreachable_and_left_alone_for_up_to_half_a_minute() -> None:
    now_s = 1_000.0
    async with raw_device(lambda _: None) as device:
        port = device.port
    tried_at: list[float] = []

    async with a_line(port, monotonic=lambda: now_s) as line:
        while now_s < 1_200.0:
            with pytest.raises(DeviceUnreachableError) as raised:
                await line.read(a_device())
            if "accept" in raised.value.reason:
                tried_at.append(now_s)
            now_s += 0.05

    waits = [after - before for before, after in pairwise(tried_at)]
    assert waits == pytest.approx(
        [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30.0, 30.0, 30.0, 30.0], abs=0.06
    )


async def test_a_line_comes_back_each_time_the_box_does() -> None:
    now_s = 0.0
    async with AsyncExitStack() as stack:
        async with ModbusBox({1: SRNE}) as box:
            port = box.port
            line = await stack.enter_async_context(a_line(port, monotonic=lambda: now_s))
            await line.read(a_device())

        for power in (120.0, 60.0):
            with pytest.raises(DeviceUnreachableError):
                await line.read(a_device())
            now_s += 30.0
            async with ModbusBox({1: SRNE}, port=port) as box:
                box.set(1, {"pv_power": power})
                assert (await line.read(a_device())).values["pv_power"] == power


async def test_a_cancelled_read_leaves_the_line_usable() -> None:
    async with raw_device(lambda _: None) as device, a_line(device.port) as line:
        reading = asyncio.create_task(line.read(a_device()))
        await device.heard.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        device.answer = holding(LAMP)

        readout = await line.read(a_device())

    assert readout.values["battery_soc"] == 100.0
