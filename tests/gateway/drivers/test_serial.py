"""Modbus RTU over a pseudo-terminal, with simulated devices that share no code with the driver."""

import pytest

from gateway.driver import DeviceRefusedError, DeviceUnreachableError
from gateway.drivers.modbus.line import ModbusLine
from gateway.endpoints import SerialPort
from gateway.profile_file import load_profiles
from simulators.boxes.serial_line import LineManners, SerialBox, checked
from tests.gateway.drivers.devices import SRNE, SUNSPEC, a_device

EPEVER = load_profiles()["epever_streetlight"]


def a_line(box: SerialBox, *, retries: int = 0) -> ModbusLine:
    return ModbusLine(SerialPort(path=box.path), timeout_s=0.3, retries=retries)


async def test_a_streetlight_is_read_over_a_serial_line() -> None:
    async with SerialBox({1: SRNE}) as box, a_line(box) as line:
        box.set(1, {"battery_voltage": 12.7, "battery_temperature": -5.0})

        readout = await line.read(a_device())

    assert readout.values["battery_voltage"] == 12.7
    assert readout.values["battery_temperature"] == -5.0
    assert box.asked == [checked(bytes.fromhex("01 03 0100 0023"))]


async def test_devices_of_different_makers_share_a_line() -> None:
    async with SerialBox({1: SRNE, 2: EPEVER, 247: SUNSPEC}) as box, a_line(box) as line:
        box.set(1, {"load_power": 60.0})
        box.set(2, {"load_power": 31.5})
        box.set(247, {"active_power": 9_970.0})

        first = await line.read(a_device(SRNE, unit=1))
        second = await line.read(a_device(EPEVER, unit=2))
        third = await line.read(a_device(SUNSPEC, unit=247))

    assert first.values["load_power"] == 60.0
    assert second.values["load_power"] == 31.5
    assert third.values["active_power"] == 9_970.0


@pytest.mark.parametrize(
    "manners",
    [
        pytest.param(LineManners(wrong_check=True), id="a wrong check sum"),
        pytest.param(LineManners(torn_after=20), id="a torn reply"),
        pytest.param(LineManners(torn_after=0), id="silence"),
    ],
)
async def test_a_damaged_reply_is_no_reading_and_the_next_one_is(manners: LineManners) -> None:
    async with SerialBox({1: SRNE}) as box, a_line(box) as line:
        box.set(1, {"load_power": 60.0})
        box.manners = manners
        with pytest.raises(DeviceUnreachableError):
            await line.read(a_device())
        box.manners = LineManners()

        readout = await line.read(a_device())

    assert readout.values["load_power"] == 60.0


async def test_noise_before_a_reply_never_makes_a_wrong_reading() -> None:
    async with SerialBox({1: SRNE}) as box, a_line(box) as line:
        box.set(1, {"load_power": 60.0})
        box.manners = LineManners(noise=b"\x00\xff")
        try:
            values = (await line.read(a_device())).values
        except DeviceUnreachableError:
            values = {"load_power": 60.0}

    assert values["load_power"] == 60.0


async def test_a_silent_unit_does_not_keep_its_neighbor_from_answering() -> None:
    async with SerialBox({1: SRNE, 2: SRNE}) as box, a_line(box) as line:
        box.silence(1, on=True)
        box.set(2, {"load_power": 60.0})
        with pytest.raises(DeviceUnreachableError):
            await line.read(a_device(unit=1))

        neighbor = await line.read(a_device(unit=2))

    assert neighbor.values["load_power"] == 60.0


async def test_an_exception_is_told_from_silence() -> None:
    async with SerialBox({1: SRNE}) as box, a_line(box) as line:
        box.refuse(1)
        with pytest.raises(DeviceRefusedError, match="exception 2"):
            await line.read(a_device())


async def test_a_port_that_is_not_there_is_unreachable() -> None:
    async with ModbusLine(SerialPort(path="/dev/no-such-port"), timeout_s=0.1, retries=0) as line:
        with pytest.raises(DeviceUnreachableError, match="no-such-port"):
            await line.read(a_device())
