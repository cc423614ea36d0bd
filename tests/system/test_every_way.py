"""One zone that is heard by every way there is, held against what was said, reading by reading.

Figures are worked out on fractions, from what was said, by no code of ours.
"""

import asyncio
import base64
import os
import random
import struct
import sys
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import paho.mqtt.client as paho

from analytics.air.days import AirDay
from analytics.service import dayfacts, facts
from api.accounts.actor import Actor, Permission
from api.accounts.forms import Upload
from api.accounts.scope import EVERYTHING
from api.imports.sheets import enter
from gateway.profile_file import load_profiles
from ingest.chirpstack.topic import UPLINKS
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from ingest.contract.quality import Quality
from ingest.entries import entries
from ingest.registry.registry import Registry
from ingest.sheets.mapping import sheet_mappings
from simulators.boxes.cloud import CloudBox
from simulators.boxes.hj212 import Hj212Box, Said
from simulators.boxes.modbus import ModbusBox
from simulators.demo.broker import free_port
from tests.builders import a_device, a_pv_set, a_registry
from tests.ingest.chirpstack.events import of_device
from tests.system.harness import Bench, running_bench
from tests.system.test_hj212 import connected

ROOT = Path(__file__).parents[2]
EUI = "0101010101010101"
MN = "ZWKH0000000000000000A001"
LAMP_FACTOR, PV_FACTOR = Fraction("0.588"), Fraction("0.874")  # kg/kWh, IFI 2021 v3.1
STEP_US = 300_000_000
STEPS = 24
HANDED_OVER = date(2025, 1, 1)
SITE = """
gateway = "kh-gw-1"
home = "home"
interval_s = 1
[broker]
url = "mqtt://{host}:{broker}"
protocol = "{protocol}"
[[line]]
url = "modbus+tcp://127.0.0.1:{line}"
device = [{{ id = "lamp-modbus", profile = "srne_streetlight", unit = 1 }}]
[[listener]]
url = "hj212+tcp://127.0.0.1:{station}"
[[listener.station]]
id = "air-hj212"
map = "hj212_air_station"
mn = "ZWKH0000000000000000A001"
password = "123456"
units = {{ a34004 = "ug/m3" }}
[[cloud]]
url = "{cloud}"
mapping = "vendor.toml"
token_variable = "VENDOR_TOKEN"
interval_s = 1
[cloud.devices]
"SN-1" = "pv-cloud"
"""
VENDOR = """
source = "made for this test"
items = "data.list"
device = "sn"
[time]
field = "ts"
format = "unix_ms"
[[value]]
field = "pac"
metric = "active_power"
[[value]]
field = "etotal"
metric = "energy_generated"
[paging]
kind = "page"
parameter = "page"
[window]
from = "start"
to = "end"
format = "unix_ms"
"""
Row = tuple[int, Mapping[str, float]]


@dataclass
class Truth:
    """What each device said, in the order of time, and of which class it is."""

    said: dict[str, list[Row]] = field(default_factory=dict)
    classes: dict[str, DeviceClass] = field(default_factory=dict)

    def note(self, device: str, device_class: DeviceClass, rows: Sequence[Row]) -> None:
        self.said[device] = list(rows)
        self.classes[device] = device_class


def a_zone_of_all_ways() -> Registry:
    lamp = {"rated_power_w": Decimal(60)}
    vehicle = {"rated_power_w": None, "rated_power_basis": None, "schedule": ""}
    return a_registry(
        a_device("lamp-modbus", **lamp),
        a_device(EUI, profile="lamp_template", **lamp),
        a_device("lamp-json", profile="plain", **lamp),
        a_device("lamp-file", painted_number="SHV-0004", **lamp),
        a_pv_set("pv-cloud"),
        a_pv_set("pv-visited", painted_number="SHV-P2"),
        a_device("air-hj212", device_class=DeviceClass.AIR_STATION, profile="hj212_air_station"),
        a_device(
            "bike-by-hand",
            device_class=DeviceClass.E_MOTORBIKE,
            painted_number="EV-07",
            **vehicle,
        ),
    )


def instants(first: datetime) -> list[int]:
    return [micros(first) + step * STEP_US for step in range(STEPS)]


def watts(chance: random.Random, first: datetime) -> list[Row]:
    """Return a lamp's powers in tenths of a watt; the last is dark, so that nothing is held."""
    powers = [chance.randrange(300, 600) / 10 for _ in range(STEPS - 1)] + [0.0]
    return [(at, {"load_power": w}) for at, w in zip(instants(first), powers, strict=True)]


def by_lora(bench: Bench, rows: Sequence[Row]) -> None:
    """Publish uplinks as ChirpStack does, in the payload of the template."""
    for number, (at, values) in enumerate(rows):
        payload = struct.pack(
            ">IHHbB", at // 1_000_000, 1_280, round(values["load_power"] * 10), 25, 0x80 | 100
        )
        event = of_device(devEui=EUI) | {
            "deduplicationId": f"{number:08d}-0000-4000-8000-000000000000",
            "fCnt": number,
            "fPort": 2,
            "data": base64.b64encode(payload).decode(),
        }
        bench.publish(f"application/app-1/device/{EUI}/event/up", event)


def by_itself(bench: Bench, rows: Sequence[Row]) -> None:
    for at, values in rows:
        bench.publish(
            "zw/1/lamp-json/up/reading", {"measured_at": at // 1_000, "values": dict(values)}
        )


def local(at: int) -> datetime:
    """Return an instant as clocks in Cambodia show it."""
    return datetime.fromtimestamp(at / 1e6, UTC).replace(tzinfo=None) + timedelta(hours=7)


async def typed(bench: Bench, name: str, mapping: str, lines: Sequence[str]) -> None:
    """Have a person bring in a file."""
    may = frozenset({Permission.READ, Permission.IMPORT_FILES})
    typist = Actor(name="the-typist", permissions=may, scopes=(EVERYTHING,))
    upload = Upload(name=name, content="\n".join(lines).encode())
    home = bench.backend.sources.home
    assert home is not None
    known = sheet_mappings(home.file_mappings_dir)[mapping]
    await asyncio.to_thread(enter, bench.backend.sources, typist, upload, known, dry_run=False)


EXPORT = """
id = "export"
source = "made for this test: a logger in a country of UTC+7"
[time]
columns = ["Time"]
format = "%Y-%m-%d %H:%M"
zone = "site"
[device]
column = "Pole"
is = "painted_number"
[[value]]
column = "Watts"
metric = "load_power"
"""


def write_mapping(bench: Bench) -> None:
    home = bench.backend.sources.home
    assert home is not None
    home.file_mappings_dir.mkdir(parents=True, exist_ok=True)
    (home.file_mappings_dir / "export.toml").write_text(EXPORT, encoding="utf-8")


@asynccontextmanager
async def a_gateway(folder: Path, bench: Bench, **ports: object) -> AsyncGenerator[None]:
    protocol = "5" if bench.client.protocol == paho.MQTTv5 else "3.1.1"
    (folder / "vendor.toml").write_text(VENDOR, encoding="utf-8")
    site = folder / "site.toml"
    site.write_text(
        SITE.format(host=bench.client.host, broker=bench.client.port, protocol=protocol, **ports),
        encoding="utf-8",
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", str(site)),
        cwd=ROOT,
        env=os.environ | {"VENDOR_TOKEN": "t"},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield
    finally:
        process.terminate()
        await process.communicate()


async def by_modbus(bench: Bench, box: ModbusBox, powers: Sequence[float]) -> list[Row]:
    """Show one power after the other, each until it was read; return when each was shown."""
    shown: list[Row] = []
    for power in powers:
        box.set(1, {"load_power": power})
        box.take_read()
        await bench.until(lambda: bool(box.take_read()))
        shown.append((micros(datetime.now(UTC)), {"load_power": power}))
    return shown


def stored(
    bench: Bench, device: str, device_class: DeviceClass
) -> list[tuple[int, dict[str, float]]]:
    """Return what the store has of a device, good readings only."""
    whole = Period(0, 2**61)
    block = bench.backend.sources.store.read(device_class, [DeviceId(device)], whole)
    return [
        (
            int(at),
            {
                name: float(values[row])
                for name, values in block.values.items()
                if block.flags[name][row] in (Quality.GOOD, Quality.UNCHECKED)
            },
        )
        for row, at in enumerate(block.measured_at)
    ]


def held_mwh(rows: Sequence[Row], begins: timedelta) -> int:
    """Add up what a lamp's powers hold until the next, 600 s at most, by its noon-to-noon days."""
    nights: dict[date, Fraction] = {}
    ends = [at for at, _ in rows[1:]] + [rows[-1][0] + 2 * STEP_US]
    for (at, values), end in zip(rows, ends, strict=True):
        night = (local(at) - begins).date()
        held = Fraction(min(end - at, 2 * STEP_US), 10**6)
        told = Fraction(str(values["load_power"])) * held
        nights[night] = nights.get(night, Fraction(0)) + told
    return sum(round(each / Fraction(36, 10)) for each in nights.values())


def counted(rows: Sequence[Row], metric: str) -> Fraction:
    told = [Fraction(str(values[metric])) for _, values in rows]
    return sum((after - before for before, after in pairwise(told)), start=Fraction(0))


def bike_kg(km: Fraction, kwh: Fraction, on: date) -> Fraction:
    """2.4 l/100 km of gasoline, a hundredth less a year.

    A liter is 42.5 GJ/t x 67.5 kg/GJ x 0.745 kg/l, in the four decimals of the table.
    """
    year = (on - HANDED_OVER).days // 365
    liter = round(Fraction("42.5") * Fraction("67.5") * Fraction("0.745") / 1_000, 4)
    fuel = km * Fraction("0.024") * liter * Fraction("0.99") ** year
    return fuel - kwh / Fraction("0.8") * LAMP_FACTOR


async def test_every_way_ends_in_the_truth(tmp_path: Path) -> None:  # noqa: PLR0915 - ways are many
    chance = random.Random(20261130)
    now = datetime.now(UTC)
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=4)
    truth = Truth()
    lamp, pv = DeviceClass.STREETLIGHT, DeviceClass.SCHOOL_PV
    for name in (EUI, "lamp-json", "lamp-file"):
        truth.note(name, lamp, watts(chance, first))
    made = [
        (at, {"active_power": 5_000.0 + n, "energy_generated": 100 + n / 4})
        for n, at in enumerate(instants(first))
    ]
    truth.note("pv-cloud", pv, made)
    two_days_ago = micros(first - timedelta(days=2))
    truth.note(
        "pv-visited",
        pv,
        [
            (two_days_ago, {"energy_generated": 812.5}),
            (micros(first), {"energy_generated": 845.75}),
        ],
    )
    truth.note(
        "bike-by-hand",
        DeviceClass.E_MOTORBIKE,
        [
            (two_days_ago, {"odometer": 1_204.0, "energy_charged": 31.5}),
            (micros(first), {"odometer": 1_251.0, "energy_charged": 33.0}),
        ],
    )
    air = [(at, {"pm25": float(chance.randrange(20, 90))}) for at in instants(first)]
    truth.note("air-hj212", DeviceClass.AIR_STATION, air)

    station = free_port()
    registry = a_zone_of_all_ways()
    async with running_bench(tmp_path, registry, now, uplinks=UPLINKS) as bench:
        write_mapping(bench)
        with CloudBox(token="t", page_size=7) as cloud:  # noqa: S106
            cloud.rows = [
                {
                    "sn": "SN-1",
                    "ts": at // 1_000,
                    "pac": v["active_power"],
                    "etotal": v["energy_generated"],
                }
                for at, v in made
            ]
            async with (
                ModbusBox({1: load_profiles()["srne_streetlight"]}) as line,
                a_gateway(tmp_path, bench, line=line.port, station=station, cloud=cloud.url),
            ):
                by_lora(bench, truth.said[EUI])
                by_itself(bench, truth.said["lamp-json"])
                rows = truth.said["lamp-file"]
                await typed(
                    bench,
                    "export.csv",
                    "export",
                    ["Time,Pole,Watts"]
                    + [f"{local(at):%Y-%m-%d %H:%M},SHV-0004,{v['load_power']}" for at, v in rows],
                )
                await typed(
                    bench,
                    "visits.csv",
                    "hand_read_meters",
                    ["Date,Time,Number,Generated so far (kWh)"]
                    + [
                        f"{local(at):%Y-%m-%d,%H:%M},SHV-P2,{v['energy_generated']}"
                        for at, v in truth.said["pv-visited"]
                    ],
                )
                await typed(
                    bench,
                    "odometers.csv",
                    "odometers",
                    ["Date,Time,Vehicle,Odometer (km),Charged so far (kWh)"]
                    + [
                        f"{local(at):%Y-%m-%d,%H:%M},EV-07,{v['odometer']},{v['energy_charged']}"
                        for at, v in truth.said["bike-by-hand"]
                    ],
                )
                box = await connected(Hj212Box(port=station, mn=MN))
                try:
                    for at, values in air:
                        shown = datetime.fromtimestamp(at / 1e6, UTC).replace(tzinfo=None)
                        items = {"a34004": {"Rtd": str(values["pm25"]), "Flag": "N"}}
                        beijing = shown + timedelta(hours=8)
                        assert await box.say(Said(at=beijing, items=items))
                finally:
                    await box.__aexit__(None, None, None)
                shown_powers = await by_modbus(bench, line, [60.0, 42.0, 51.0, 0.0])
                await bench.until(lambda: len(stored(bench, "pv-cloud", pv)) == STEPS)
                await bench.until(
                    lambda: (
                        stored(bench, "lamp-modbus", lamp)[-1:] != []
                        and stored(bench, "lamp-modbus", lamp)[-1][1].get("load_power") == 0.0
                    )
                )
            await bench.until(bench.backend.is_idle)
        heard = stored(bench, "lamp-modbus", lamp)
        account, quarantined = bench.account(), bench.quarantined()
        with bench.backend.sources.catalog.connect() as connection:
            days = facts.device_days(connection)
            air_days = dayfacts.read(connection, AirDay)
            typists = {each.origin.entered_by for each in entries(connection)}
        stored_rows = {name: stored(bench, name, of) for name, of in truth.classes.items()}
        kg = bench.kg()

    assert (quarantined, account.balanced, account.missing) == ([], True, 0)
    assert typists == {"the-typist"}
    for name, said in truth.said.items():
        of_it = ((at, {m: v[m] for m in said[0][1] if m in v}) for at, v in stored_rows[name])
        told = [(at, values) for at, values in of_it if values]
        assert told == said, name

    modbus = [(at, {"load_power": v["load_power"]}) for at, v in heard if "load_power" in v]
    powers = [v["load_power"] for _, v in modbus]
    changes = [w for w, after in zip(powers, [*powers[1:], None], strict=True) if w != after]
    assert changes[-4:] == [v["load_power"] for _, v in shown_powers]
    truth.note("lamp-modbus", lamp, modbus)

    lamps = {
        n: held_mwh(truth.said[n], timedelta(hours=12))
        for n in (EUI, "lamp-json", "lamp-file", "lamp-modbus")
    }
    measured = {each.device: 0 for each in days}
    for each in days:
        measured[each.device] += each.energy_mwh or 0
    assert {name: measured[DeviceId(name)] for name in lamps} == lamps
    sets = {
        name: counted(truth.said[name], "energy_generated") for name in ("pv-cloud", "pv-visited")
    }
    assert sets == {"pv-cloud": Fraction(23, 4), "pv-visited": Fraction("33.25")}
    assert {n: Fraction(measured[DeviceId(n)], 10**6) for n in sets} == sets
    expected = (
        Fraction(sum(lamps.values()), 10**6) * LAMP_FACTOR
        + sum(sets.values()) * PV_FACTOR
        + bike_kg(Fraction(47), Fraction("1.5"), local(micros(now)).date())
    )
    assert abs(Fraction(kg) - expected) < Fraction(1, 10**9)

    hours = [air[n : n + 12] for n in (0, 12)]
    means = [Fraction(sum(int(v["pm25"]) for _, v in hour), 12) for hour in hours]
    found = [each for day in air_days for each in day.hours if each is not None]
    assert found == [round(each * 10**6) for each in means]
