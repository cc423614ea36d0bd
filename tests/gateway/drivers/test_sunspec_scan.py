"""Chains of models whose registers pysunspec2 lays out, from values that it holds itself."""

import json
from pathlib import Path

import pytest
import sunspec2
from sunspec2 import device as models

from gateway.driver import DeviceRefusedError
from gateway.drivers.modbus.line import ModbusLine
from gateway.drivers.modbus.sunspec_models import model
from gateway.endpoints import Endpoint
from gateway.profile_file import load_profiles
from tests.gateway.drivers.devices import a_device
from tests.gateway.drivers.wire import at, holding, raw_device

SCAN = load_profiles()["sunspec_scan"]
SAMPLES = Path(sunspec2.__file__).parent / "tests" / "test_data"
INTEGERS = {
    "A": 1450,
    "A_SF": -2,
    "PhVphA": 2304,
    "V_SF": -1,
    "W": 997,
    "W_SF": 1,
    "Hz": 4998,
    "Hz_SF": -2,
    "PF": 9955,
    "PF_SF": -2,
    "WH": 1_234_567,
    "WH_SF": 0,
    "TmpCab": -50,
    "Tmp_SF": -1,
    "St": 4,
    "Evt1": 2176,
}
FLOATS = {"A": 14.5, "PhVphA": 230.5, "W": 9970.0, "WH": 1_234_567.0, "PF": 99.5, "St": 4}


def registers_in(content: bytes) -> list[int]:
    places = range(0, len(content), 2)
    return [int.from_bytes(content[place : place + 2], "big") for place in places]


def registers_of(number: int, values: dict[str, object]) -> list[int]:
    return registers_in(models.Model(number, data={"ID": number, **values}).get_mb())


def a_chain(*parts: list[int], base: int = 40_000) -> dict[int, int]:
    return at(base, [0x5375, 0x6E53] + [word for part in parts for word in part] + [0xFFFF, 0])


def common(maker: str = "Maker") -> list[int]:
    return registers_of(1, {"Mn": maker, "Md": "Model 3", "SN": "SN-0042", "Vr": "1.2"})


def a_line(port: int) -> ModbusLine:
    return ModbusLine(Endpoint("127.0.0.1", port), timeout_s=0.5, retries=0)


async def read(chain: dict[int, int]) -> dict[str, float | None]:
    async with raw_device(holding(chain)) as found, a_line(found.port) as line:
        return dict((await line.read(a_device(SCAN))).values)


@pytest.mark.parametrize("number", [101, 102, 103])
@pytest.mark.parametrize("base", [40_000, 0, 50_000])
async def test_inverters_with_integers_and_scale_factors(number: int, base: int) -> None:
    values = await read(a_chain(common(), registers_of(number, dict(INTEGERS)), base=base))

    assert values["active_power"] == 9_970.0
    assert values["current"] == 14.5
    assert values["voltage_l1"] == 230.4
    assert values["frequency"] == 49.98
    assert values["power_factor"] == 0.9955
    assert values["energy_generated"] == 1_234.567
    assert values["cabinet_temperature"] == -5.0
    assert (values["operating_state"], values["fault_word"]) == (4.0, 2_176.0)
    assert values["dc_power"] is None


@pytest.mark.parametrize("number", [111, 112, 113])
async def test_inverters_with_floats(number: int) -> None:
    values = await read(a_chain(common(), registers_of(number, dict(FLOATS))))

    assert values["active_power"] == 9_970.0
    assert values["voltage_l1"] == 230.5
    assert values["energy_generated"] == 1_234.567
    assert values["power_factor"] == 0.995
    assert values["frequency"] is None


async def test_a_device_of_the_newer_models_as_the_library_ships_it() -> None:
    sample = json.loads((SAMPLES / "device_1547.json").read_text(encoding="utf-8"))
    parts = {each["ID"]: models.Model(each["ID"], data=each) for each in sample["models"]}
    words = [registers_in(each.get_mb()) for each in parts.values()]
    known = parts[701].points

    values = await read(a_chain(*words))

    assert values["active_power"] == known["W"].cvalue
    assert values["current"] == pytest.approx(known["A"].cvalue)
    assert values["frequency"] == pytest.approx(known["Hz"].cvalue)
    assert values["energy_generated"] == known["TotWhInj"].cvalue / 1_000
    assert values["voltage_l1"] == known["VL1"].cvalue
    assert values["battery_soc"] is None


async def test_inputs_are_added_up_and_one_that_is_not_there_is_none() -> None:
    modules = [
        {"ID": 1, "DCV": 3962, "DCW": 5200, "DCA": 1312},
        {"ID": 2},
        {"ID": 3, "DCV": 3900, "DCW": 5185, "DCA": 1330},
    ]
    mppt = registers_of(160, {"DCA_SF": -2, "DCV_SF": -1, "DCW_SF": 0, "N": 3, "module": modules})

    values = await read(a_chain(common(), registers_of(103, dict(INTEGERS)), mppt))

    assert values["dc_power"] == 10_385.0


async def test_a_weather_station_and_a_battery_beside_the_inverter() -> None:
    values = await read(
        a_chain(
            common(),
            registers_of(120, {"WRtg": 1000, "WRtg_SF": 1}),
            registers_of(302, {"repeating": [{"GHI": 812, "POAI": 845}, {"GHI": 10, "POAI": 20}]}),
            registers_of(307, {"TmpAmb": 314}),
            registers_of(802, {"SoC": 775, "SoC_SF": -1, "V": 515, "V_SF": -1}),
            registers_of(103, dict(INTEGERS)),
        )
    )

    assert values["irradiance"] == 845.0
    assert values["ambient_temperature"] == 31.4
    assert (values["battery_soc"], values["battery_voltage"]) == (77.5, 51.5)


async def test_storage_capacity_of_the_newer_kind() -> None:
    values = await read(a_chain(common(), registers_of(713, {"SoC": 771, "Pct_SF": -1})))

    assert values == {"battery_soc": 77.1}


async def test_a_device_says_who_it_is() -> None:
    chain = a_chain(
        common(),
        registers_of(120, {"WRtg": 1000, "WRtg_SF": 1}),
        registers_of(103, dict(INTEGERS)),
    )
    async with raw_device(holding(chain)) as found, a_line(found.port) as line:
        await line.read(a_device(SCAN))
        told = {each.name: each.value for each in await line.details(a_device(SCAN))}

    assert told == {
        "maker": "Maker",
        "model": "Model 3",
        "serial_number": "SN-0042",
        "software_version": "1.2",
        "rated_power": 10_000.0,
    }


async def test_models_that_nobody_knows_are_passed_over() -> None:
    odd = [64_999, 3, 1, 2, 3]

    values = await read(a_chain(common(), odd, registers_of(103, dict(INTEGERS)), odd))

    assert values["active_power"] == 9_970.0


async def test_once_found_the_chain_is_not_walked_again() -> None:
    chain = a_chain(common(), registers_of(103, dict(INTEGERS)))
    async with raw_device(holding(chain)) as found, a_line(found.port) as line:
        await line.read(a_device(SCAN))
        found.asked.clear()
        await line.read(a_device(SCAN))

    assert len(found.asked) == 1


async def test_no_request_is_longer_than_a_device_answers() -> None:
    chain = a_chain(common(), registers_of(701, {"W": 100, "W_SF": 0, "VL3": 2300, "V_SF": -1}))
    async with raw_device(holding(chain)) as found, a_line(found.port) as line:
        values = (await line.read(a_device(SCAN))).values

    assert max(int.from_bytes(each[3:5], "big") for each in found.asked) <= 125
    assert (values["active_power"], values["voltage_l3"]) == (100.0, 230.0)


@pytest.mark.parametrize(
    ("chain", "reason"),
    [
        (a_chain(common()), "no SunSpec model that the profile knows"),
        (at(40_000, [0x5375, 0x6E53] + [9, 0] * 200), "has no end"),
        (at(100, [1]), "no SunSpec marker"),
    ],
)
async def test_what_is_nothing_of_the_kind_is_refused(chain: dict[int, int], reason: str) -> None:
    with pytest.raises(DeviceRefusedError, match=reason):
        await read(chain)


async def test_a_device_that_was_exchanged_is_looked_through_anew() -> None:
    before = a_chain(common(), registers_of(103, dict(INTEGERS)))
    after = a_chain(common(), registers_of(113, dict(FLOATS)))
    async with raw_device(holding(before)) as found, a_line(found.port) as line:
        await line.read(a_device(SCAN))
        found.answer = holding(after)
        with pytest.raises(DeviceRefusedError, match="model 103 is gone from 40070"):
            await line.read(a_device(SCAN))

        values = (await line.read(a_device(SCAN))).values

    assert values["voltage_l1"] == 230.5


@pytest.mark.parametrize("number", [1, 101, 102, 103, 111, 112, 113, 122, 307, 701, 713, 802])
def test_definitions_are_as_long_as_the_library_says(number: int) -> None:
    known = model(number)

    assert known is not None
    assert known.fixed_registers == models.Model(number).len


async def test_direct_current_of_the_newer_kind() -> None:
    ports = [{"DCW": 100, "DCV": 3900}, {"DCW": 200}]
    measured = {"NPrt": 2, "DCW": 300, "DCW_SF": 0, "DCV_SF": -1, "DCA": 77, "DCA_SF": -2}

    values = await read(a_chain(common(), registers_of(714, {**measured, "Prt": ports})))

    assert (values["dc_power"], values["dc_current"], values["dc_voltage"]) == (300.0, 0.77, 390.0)
