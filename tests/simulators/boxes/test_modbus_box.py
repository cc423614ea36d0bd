"""Every profile: values put into registers, served, and read back by the driver."""

import asyncio
from collections.abc import Mapping

import pytest

from gateway.driver import DeviceUnreachableError
from gateway.drivers.modbus.line import ModbusLine
from gateway.endpoints import Endpoint
from gateway.profile import Profile
from gateway.profile_file import load_profiles
from ingest.contract.quality import Quality
from simulators.boxes.modbus import ModbusBox
from simulators.boxes.registers import RegisterValueError
from tests.gateway.drivers.devices import AIR, SRNE, SUNSPEC, a_device

NIGHT: Mapping[str, float | None] = {
    "battery_soc": 87.0,
    "battery_voltage": 12.7,
    "battery_current": 0.0,
    "controller_temperature": -3.0,
    "battery_temperature": 31.0,
    "load_voltage": 12.6,
    "load_current": 4.76,
    "load_power": 60.0,
    "pv_voltage": 0.3,
    "pv_current": 0.01,
    "pv_power": 0.0,
    "energy_generated": 1_404.913,
    "energy_used": 70_000.001,
    "lamp_on": 1.0,
    "brightness": 100.0,
    "charge_state": 5.0,
    "fault_word": 2_147_483_649.0,
}
DAY: Mapping[str, float | None] = {
    "current": 14.52,
    "voltage_l1": 229.9,
    "voltage_l2": 230.0,
    "voltage_l3": 231.7,
    "active_power": 9_970.0,
    "frequency": 49.98,
    "apparent_power": 9_975.0,
    "reactive_power": -299.0,
    "power_factor": 0.999,
    "energy_generated": 12_345.678,
    "dc_current": 27.31,
    "dc_voltage": 380.3,
    "dc_power": 10_385.0,
    "cabinet_temperature": 53.1,
    "operating_state": 4.0,
    "fault_word": 0.0,
}
BREEZE: Mapping[str, float | None] = {
    "pm25": 17.5,
    "pm10": 28.25,
    "no2": 21.0,
    "so2": 4.125,
    "o3": 64.5,
    "co": 0.375,
    "temperature": -4.5,
    "humidity": 78.5,
    "pressure": 1_009.5,
    "wind_speed": 2.25,
    "wind_direction": 225.0,
}
KNOWN = {"srne_streetlight": NIGHT, "sunspec_three_phase": DAY, "air_station_template": BREEZE}
# What registers with one decimal, or whole ones, can hold of each metric.
USUAL: dict[str, float] = {
    "active_power": 9_970.0,
    "apparent_power": 10_010.0,
    "reactive_power": 300.0,
    "power_factor": 0.75,
    "frequency": 50.0,
    "current": 14.5,
    "voltage_l1": 230.5,
    "voltage_l2": 229.5,
    "voltage_l3": 231.5,
    "dc_power": 10_385.0,
    "dc_voltage": 396.5,
    "dc_current": 26.5,
    "cabinet_temperature": -5.5,
    "operating_state": 2.0,
    "fault_word": 1.0,
    "irradiance": 812.0,
    "ambient_temperature": 31.0,
    "battery_soc": 77.0,
    "battery_voltage": 51.5,
    "energy_generated": 1_234_567.5,
    "energy_imported": 7_654_321.5,
    "energy_exported": 65_535.5,
    "energy_delivered": 1_234.5,
    "energy_charged": 1_234.567,
    "odometer": 123_456.7,
    "speed": 38.0,
    "charging": 1.0,
    "load_voltage": 12.5,
    "load_current": 2.5,
    "load_power": 31.5,
    "pv_voltage": 18.5,
    "pv_current": 3.5,
    "pv_power": 64.5,
    "battery_current": -2.5,
    "battery_temperature": -5.5,
    "controller_temperature": 41.5,
    "energy_used": 42.5,
    "lamp_on": 1.0,
    "charge_state": 2.0,
}
SPECIAL: dict[str, dict[str, float]] = {
    "deye_three_phase_hybrid": {"active_power": -70_000.0},
    "epever_streetlight": {"fault_word": float(1 << 2 | 1 << 5 | 1 << 11 | 1 << 22)},
    "growatt_inverter": {"fault_word": 25.0, "cabinet_temperature": 41.5},
    "huawei_sun2000": {"active_power": -1.0, "fault_word": float(1 << 31 | 1)},
}


async def read_back(profile: Profile, *told: Mapping[str, float | None]) -> dict[str, float | None]:
    """Let a device say values, in turn, and return what the driver reads in the end."""
    async with (
        ModbusBox({7: profile}) as box,
        ModbusLine(Endpoint("127.0.0.1", box.port), timeout_s=0.5) as line,
    ):
        for values in told:
            box.set(7, values)
        readout = await line.read(a_device(profile, unit=7))
    missing = {name: Quality.MISSING for name, value in readout.values.items() if value is None}
    assert readout.quality == missing
    return dict(readout.values)


@pytest.mark.parametrize("profile", load_profiles().values(), ids=lambda profile: profile.id)
async def test_every_profile_reads_back_what_its_device_says_to_the_digit(
    profile: Profile,
) -> None:
    known = KNOWN.get(profile.id) or {each: USUAL[each] for each in profile.metrics}
    known = {**known, **SPECIAL.get(profile.id, {})}
    assert set(known) == set(profile.metrics)

    assert await read_back(profile, known) == known


async def test_what_an_inverter_never_said_is_missing() -> None:
    values = await read_back(SUNSPEC, {"active_power": 5_426.0, "energy_generated": None})

    expected: dict[str, float | None] = dict.fromkeys(SUNSPEC.metrics)
    assert values == expected | {"active_power": 5_426.0}


async def test_a_value_that_is_taken_back_is_missing() -> None:
    values = await read_back(AIR, BREEZE, {"pm25": None})

    assert values == {**BREEZE, "pm25": None}


async def test_metrics_that_share_a_register_do_not_disturb_each_other() -> None:
    values = await read_back(SRNE, NIGHT, {"brightness": 30.0}, {"charge_state": 0.0})

    assert values == {**NIGHT, "brightness": 30.0, "charge_state": 0.0}


@pytest.mark.parametrize(
    ("profile", "metric", "value"),
    [
        pytest.param(SRNE, "load_power", 65_536.0, id="too large"),
        pytest.param(SRNE, "load_power", -1.0, id="negative where there is no sign"),
        pytest.param(SRNE, "battery_soc", 256.0, id="too large for its bits"),
        pytest.param(SRNE, "battery_temperature", -128.0, id="too cold for sign and magnitude"),
        pytest.param(SRNE, "load_power", None, id="missing where every number is a value"),
        pytest.param(SRNE, "battery_soc", None, id="missing in some bits"),
        pytest.param(SRNE, "load_power", float("nan"), id="not a number"),
        pytest.param(SRNE, "active_power", 1.0, id="not of this device"),
        pytest.param(SUNSPEC, "active_power", 32_768.0, id="too large for a signed register"),
    ],
)
def test_a_box_says_what_it_cannot_say(profile: Profile, metric: str, value: float | None) -> None:
    with pytest.raises(RegisterValueError) as raised:
        ModbusBox({1: profile}).set(1, {metric: value})

    assert (raised.value.profile, raised.value.metric) == (profile.id, metric)


@pytest.mark.parametrize(
    ("request_data", "expected"),
    [
        pytest.param("03 0106 0001", "03 02 003c", id="reads one register"),
        pytest.param("03 0122 0002", "83 02", id="not beyond the last"),
        pytest.param("03 00ff 0002", "83 02", id="not before the first"),
        pytest.param("04 0106 0001", "84 01", id="not with another function"),
        pytest.param("06 010a 0001", "86 02", id="does not switch the lamp"),
        pytest.param("10 e005 0001 02 00aa", "90 02", id="does not take settings"),
        pytest.param("78 0000 0001", "80 01", id="does not reset"),
    ],
)
async def test_a_box_answers_only_what_reads_its_registers(
    request_data: str, expected: str
) -> None:
    pdu, reply = bytes.fromhex(request_data), bytes.fromhex(expected)
    async with ModbusBox({1: SRNE}) as box:
        box.set(1, {"load_power": 60.0})
        reader, writer = await asyncio.open_connection("127.0.0.1", box.port)
        writer.write(bytes((0, 9, 0, 0, 0, len(pdu) + 1, 1)) + pdu)
        answer = await asyncio.wait_for(reader.readexactly(7 + len(reply)), timeout=5.0)
        writer.close()
        await writer.wait_closed()

    assert answer == bytes((0, 9, 0, 0, 0, len(reply) + 1, 1)) + reply


async def test_a_unit_that_is_not_there_stays_silent() -> None:
    async with (
        ModbusBox({1: SRNE}) as box,
        ModbusLine(Endpoint("127.0.0.1", box.port), timeout_s=0.05, retries=0) as line,
    ):
        with pytest.raises(DeviceUnreachableError):
            await line.read(a_device(unit=2))
        await line.read(a_device(unit=1))
