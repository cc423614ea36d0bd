"""The listener behind a real socket, before a real outbox; stations are simulated ones."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any, cast

import orjson
import pytest

from gateway.drivers.hj212.config import ListenerConfig, StationConfig
from gateway.drivers.hj212.crc import Convention
from gateway.drivers.hj212.listener import Hj212Listener, listening
from gateway.drivers.hj212.station import Station
from gateway.drivers.hj212.station_map import load_maps
from gateway.endpoints import Endpoint
from gateway.entering import Entering
from gateway.instants import Instants
from gateway.outbox import Outbox
from gateway.outbox_errors import OutboxFullError
from ingest.contract.clock import ManualClock
from ingest.contract.identity import DeviceId
from ingest.contract.period import instant
from ingest.contract.quality import Quality
from ingest.contract.ranges import Ranges
from ingest.contract.record import Record
from simulators.boxes.hj212 import Hj212Box, Manners, Said
from tests.gateway.builders import FIRST_BOOT

HOST = "127.0.0.1"
MN = "ZWKH0000000000000000A001"
NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
LOCAL = datetime(2026, 3, 10, 12, 0)  # noqa: DTZ001 - as a clock in Beijing shows it
PATIENCE_S = 20.0
ITEMS = {
    "a34004": {"Rtd": "0.021", "Flag": "N"},
    "a34002": {"Rtd": "0", "Flag": "F"},
    "a01006": {"Rtd": "101.02", "Flag": "N"},
    "a01001": {"Rtd": "31.2"},
    "a05002": {"Rtd": "1.3", "Flag": "N"},
}


class FullOutbox(Outbox):
    """An outbox that has no room while it is told so."""

    full = False

    def append(self, records: Sequence[Record], *, entered_at: datetime) -> Ranges:
        if self.full:
            raise OutboxFullError(Path("outbox.db"), "told so")
        return super().append(records, entered_at=entered_at)


@dataclass(kw_only=True)
class Field:
    """A listener that runs, and where its records go."""

    listener: Hj212Listener
    outbox: FullOutbox
    home: Path
    clock: ManualClock
    wakes: list[None] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.listener.bound[0].port

    def records(self) -> list[tuple[datetime, dict[str, float | None], dict[str, Quality]]]:
        """What the outbox holds, without events."""
        rows = self.outbox.rows(FIRST_BOOT, within=Ranges.of((1, 10_000)), limit=10_000)
        said = [row.record for row in rows if "reachable" not in row.record.values]
        return [(instant(r.measured_at), dict(r.values), dict(r.quality)) for r in said]

    def events(self) -> list[float | None]:
        """What was told of being reachable."""
        rows = self.outbox.rows(FIRST_BOOT, within=Ranges.of((1, 10_000)), limit=10_000)
        return [r.record.values["reachable"] for r in rows if "reachable" in r.record.values]

    def aside(self, name: str) -> list[dict[str, Any]]:
        """What was set aside in a file."""
        path = self.home / name
        lines = path.read_bytes().splitlines() if path.exists() else []
        return [orjson.loads(line) for line in lines]

    def a_box(self, **changed: object) -> Hj212Box:
        return replace(Hj212Box(port=self.port, mn=MN), **cast("Any", changed))


def a_station(**changed: object) -> StationConfig:
    station_map = load_maps()["hj212_air_station"].with_units({"a34004": "mg/m3"})
    usual = StationConfig(id=DeviceId("air-1"), mn=MN, map=station_map, password="123456")  # noqa: S106
    return replace(usual, **cast("Any", changed))


@asynccontextmanager
async def a_field(path: Path, *stations: StationConfig, **changed: object) -> AsyncGenerator[Field]:
    served = stations or (a_station(),)
    config = replace(
        ListenerConfig(endpoint=Endpoint(HOST, 0), stations=served), **cast("Any", changed)
    )
    clock = ManualClock(NOW)
    wakes: list[None] = []
    with FullOutbox(path / "outbox.db", boot=FIRST_BOOT) as outbox:
        entering = Entering(
            outbox=outbox,
            instants=Instants(outbox.stretches()),
            clock=clock,
            appended=lambda: wakes.append(None),
        )
        states = {each.id: Station(each) for each in served}
        async with listening(config, 0, states, home=path, entering=entering) as listener:
            running = asyncio.create_task(listener.run())
            yield Field(listener=listener, outbox=outbox, home=path, clock=clock, wakes=wakes)
            running.cancel()
            await asyncio.wait([running])


def a_said(minutes: int = 0, **changed: object) -> Said:
    return replace(Said(at=LOCAL + timedelta(minutes=minutes), items=ITEMS), **cast("Any", changed))


async def until(reached: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not reached():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


async def test_what_a_station_says_is_in_the_outbox_in_the_catalogs_units(tmp_path: Path) -> None:
    async with a_field(tmp_path) as there, there.a_box() as station:
        assert await station.say(a_said())

        assert there.records() == [
            (
                NOW,
                {"pm25": 21.0, "pm10": None, "pressure": 1010.2, "temperature": 31.2},
                {"pm10": Quality.MISSING, "temperature": Quality.UNCHECKED},
            )
        ]
        assert there.events() == [1.0]
        assert station.answers == ["9014"]
        assert there.wakes


async def test_means_of_an_interval_are_metrics_of_their_own_at_its_start(tmp_path: Path) -> None:
    items = {"a34004": {"Avg": "0.030", "Min": "0.01", "Max": "0.04", "Flag": "N"}}
    async with a_field(tmp_path) as there, there.a_box() as station:
        await station.say(a_said(-60, command="2061", items=items))
        await station.say(a_said(-1, command="2051", items=items))

        hour, minute = there.records()

    assert hour == (NOW - timedelta(hours=1), {"pm25_1h": 30.0}, {})
    assert minute == (NOW - timedelta(minutes=1), {"pm25_1min": 30.0}, {})


async def test_a_station_that_sends_minutes_only_may_have_them_as_its_readings(
    tmp_path: Path,
) -> None:
    items = {"a34004": {"Avg": "0.030", "Flag": "N"}}
    async with a_field(tmp_path, a_station(plain="2051")) as there, there.a_box() as station:
        await station.say(a_said(-1, command="2051", items=items))

        assert there.records()[0][1] == {"pm25": 30.0}


async def test_a_sample_has_its_own_instant(tmp_path: Path) -> None:
    items = {
        "a34004": {"SampleTime": "20260310115000", "Rtd": "0.021", "Flag": "N"},
        "a01001": {"Rtd": "31.2", "Flag": "N"},
    }
    async with a_field(tmp_path) as there, there.a_box() as station:
        await station.say(a_said(items=items))

        assert [(at, values) for at, values, _ in there.records()] == [
            (NOW - timedelta(minutes=10), {"pm25": 21.0}),
            (NOW, {"temperature": 31.2}),
        ]


async def test_a_van_says_exactly_where_it_is(tmp_path: Path) -> None:
    van = a_station(map=load_maps()["hj212_mobile_air_station"])
    items = {
        "a34004": {"Rtd": "21.5", "Flag": "N"},
        "l01001": {"Rtd": "103.5200123", "Flag": "N"},
        "l01002": {"Rtd": "10.6300456", "Flag": "N"},
    }
    async with a_field(tmp_path, van) as there, there.a_box() as station:
        await station.say(a_said(items=items))

        expected = {"pm25": 21.5, "longitude": 103.5200123, "latitude": 10.6300456}
        assert there.records()[0][1] == expected


@pytest.mark.parametrize(
    ("name", "system", "items", "expected"),
    [
        ("hj212_noise_meter", "23", {"LA": {"Rtd": "50.1"}}, {"sound_level": 50.1}),
        ("hj212_vibration_meter", "37", {"VLz": {"Rtd": "71"}}, {"vibration_level": 71.0}),
        (
            "hj212_flue_gas",
            "31",
            {"02": {"Rtd": "35"}, "a19001": {"Rtd": "6"}, "B02": {"Rtd": "2.5"}},
            {"stack_so2": 35.0, "stack_oxygen": 6.0, "stack_flow": 9_000.0},
        ),
    ],
)
async def test_other_systems_have_maps_too(
    tmp_path: Path,
    name: str,
    system: str,
    items: dict[str, dict[str, str]],
    expected: dict[str, float],
) -> None:
    station = a_station(map=load_maps()[name])
    async with a_field(tmp_path, station) as there, there.a_box(system=system) as box:
        await box.say(a_said(items=items))

        assert there.records()[0][1] == expected


@pytest.mark.parametrize(
    "manners",
    [
        pytest.param(Manners(piece=1), id="byte by byte"),
        pytest.param(Manners(noise=b"\x00\xff##12"), id="noise before each frame"),
        pytest.param(Manners(longer_by=6), id="length counts check sum and end"),
        pytest.param(Manners(flag=9), id="edition of 2025"),
        pytest.param(Manners(flag=1), id="edition of 2005"),
    ],
)
async def test_a_station_is_understood_whatever_its_manners(
    tmp_path: Path, manners: Manners
) -> None:
    async with a_field(tmp_path) as there, there.a_box(manners=manners) as station:
        assert await station.say(a_said())

        assert there.records()[0][1]["pm25"] == 21.0


async def test_who_wants_no_answer_gets_none(tmp_path: Path) -> None:
    async with a_field(tmp_path) as there, there.a_box(manners=Manners(flag=4)) as station:
        await station.say(a_said(), timeout_s=0.0)
        await until(there.records)

        assert station.answers == []


async def test_nothing_is_answered_before_it_is_on_disk(tmp_path: Path) -> None:
    async with a_field(tmp_path) as there, there.a_box() as station:
        there.outbox.full = True
        assert not await station.say(a_said(), timeout_s=0.2)
        there.outbox.full = False
        assert await station.say(a_said())

        assert len(there.records()) == 1
        assert station.answers == ["9014"]


async def test_what_is_sent_again_is_answered_and_not_taken_in_again(tmp_path: Path) -> None:
    async with a_field(tmp_path) as there, there.a_box() as station:
        segment = b"QN=20260310120000001;ST=22;CN=2011;PW=123456;MN=%b;Flag=5;" % MN.encode()
        segment += b"CP=&&DataTime=20260310120000;a34004-Rtd=0.021,a34004-Flag=N&&"
        await station.send(segment)
        await station.send(segment)
        await until(lambda: len(station.answers) == 2)

        assert len(there.records()) == 1


async def test_a_torn_frame_costs_neither_the_next_nor_another_station(tmp_path: Path) -> None:
    second = a_station(id=DeviceId("air-2"), mn="ZW2")
    async with (
        a_field(tmp_path, a_station(), second) as there,
        there.a_box(manners=Manners(torn_after=60)) as torn,
        there.a_box(mn="ZW2") as other,
    ):
        await torn.say(a_said(), timeout_s=0.0)
        assert await other.say(a_said())
        async with there.a_box() as again:
            assert await again.say(a_said())

        assert len(there.records()) == 2


@pytest.mark.parametrize(
    ("manners", "changed", "reason"),
    [
        (Manners(wrong_check=True), {}, "crc-mismatch"),
        (Manners(modbus_check=True), {}, "crc-modbus"),
        (Manners(), {"mn": "STRANGER"}, "unknown station"),
        (Manners(), {"password": "guess"}, "wrong password"),
    ],
)
async def test_who_may_not_speak_is_set_aside_with_the_reason(
    tmp_path: Path, manners: Manners, changed: dict[str, str], reason: str
) -> None:
    async with a_field(tmp_path) as there, there.a_box(manners=manners, **changed) as box:
        await box.say(a_said(), timeout_s=0.0)
        await until(lambda: there.aside("strangers-0.jsonl"))

        (found,) = there.aside("strangers-0.jsonl")
        assert found["reason"] == reason
        assert found["from"] == HOST
        assert b"DataTime" in bytes.fromhex(found["frame"])
        assert (there.records(), there.events(), box.answers) == ([], [], [])


async def test_a_station_speaks_from_its_own_network_only(tmp_path: Path) -> None:
    elsewhere = a_station(network=ip_network("10.20.0.0/16"))
    here = a_station(id=DeviceId("air-2"), mn="ZW2", network=ip_network("127.0.0.0/8"))
    async with (
        a_field(tmp_path, elsewhere, here) as there,
        there.a_box() as wrong,
        there.a_box(mn="ZW2") as right,
    ):
        assert not await wrong.say(a_said(), timeout_s=0.2)
        assert await right.say(a_said())

        reasons = [each["reason"] for each in there.aside("strangers-0.jsonl")]
        assert reasons == ["from another network"]


async def test_the_other_check_sum_is_right_where_the_site_file_says_so(tmp_path: Path) -> None:
    async with (
        a_field(tmp_path, a_station(check=Convention.MODBUS)) as there,
        there.a_box(manners=Manners(modbus_check=True)) as station,
    ):
        assert await station.say(a_said())


async def test_a_clock_that_runs_ahead_is_not_believed_and_its_frames_are_kept(
    tmp_path: Path,
) -> None:
    async with a_field(tmp_path, a_station(utc_offset=timedelta(hours=7))) as there:
        async with there.a_box() as station:
            assert await station.say(a_said())

        (found,) = there.aside("unread-0.jsonl")
        assert found["reason"] == "its clock is 60 minutes ahead of ours"
        assert there.records() == []


async def test_what_no_metric_is_for_is_kept_and_answered(tmp_path: Path) -> None:
    async with a_field(tmp_path) as there, there.a_box() as station:
        assert await station.say(a_said(items={"a99999": {"Rtd": "1"}}))

        assert [each["reason"] for each in there.aside("unread-0.jsonl")] == ["no metric for it"]


async def test_strangers_cannot_fill_the_disk(tmp_path: Path) -> None:
    async with a_field(tmp_path, quarantine_bytes=6_000) as there:
        for _ in range(3):
            async with there.a_box(mn="STRANGER") as box:
                for minute in range(10):
                    await box.say(a_said(minute), timeout_s=0.0)
        async with there.a_box() as station:
            assert await station.say(a_said())

        assert (tmp_path / "strangers-0.jsonl").stat().st_size <= 2_000


async def test_who_only_talks_nonsense_is_turned_away(tmp_path: Path) -> None:
    async with a_field(tmp_path) as there, there.a_box(mn="STRANGER") as box:
        for minute in range(21):
            await box.say(a_said(minute), timeout_s=0.0)

        async with asyncio.timeout(PATIENCE_S):
            await box.gone()


async def test_one_connection_too_many_is_turned_away(tmp_path: Path) -> None:
    async with a_field(tmp_path, connections=2) as there:
        async with there.a_box() as first, there.a_box() as second:
            assert await first.say(a_said())
            assert await second.say(a_said(1))
            async with there.a_box() as third, asyncio.timeout(PATIENCE_S):
                await third.gone()
        await until(lambda: not there.listener.connections)
        async with there.a_box() as fourth:
            assert await fourth.say(a_said(2))


async def test_missing_hours_are_asked_for_and_taken_in(tmp_path: Path) -> None:
    items = {"a34004": {"Avg": "0.030", "Flag": "N"}}

    def hour(number: int) -> Said:
        return a_said(60 * number, command="2061", items=items)

    history = {("2061", hour(number).at): hour(number) for number in (-4, -3, -2)}
    async with a_field(tmp_path) as there, there.a_box(history=history) as station:
        await station.say(hour(-5))
        await station.say(hour(-1))
        await until(lambda: len(there.records()) == 5)

        assert station.requests == [("2061", "20260310080000", "20260310100000")]
        assert sorted(at for at, *_ in there.records()) == [
            NOW - timedelta(hours=hours) for hours in (5, 4, 3, 2, 1)
        ]
        await station.say(hour(0))
        assert len(station.requests) == 1


async def test_minutes_are_asked_for_where_it_is_known_how_long_they_are(tmp_path: Path) -> None:
    items = {"a34004": {"Avg": "0.030", "Flag": "N"}}
    async with (
        a_field(tmp_path, a_station(minutes=5)) as there,
        there.a_box() as station,
    ):
        for minute in (-15, -5, 0):
            await station.say(a_said(minute, command="2051", items=items))
        await until(lambda: station.requests)

        assert station.requests == [("2051", "20260310115000", "20260310115000")]


async def test_a_station_that_falls_silent_is_told_once_and_again_when_it_is_back(
    tmp_path: Path,
) -> None:
    async with a_field(tmp_path, silent_after=timedelta(minutes=15)) as there:
        async with there.a_box() as station:
            await station.say(a_said())
        for minutes in range(5, 60, 5):
            await asyncio.sleep(0.01)
            there.clock.set(NOW + timedelta(minutes=minutes))
        await until(lambda: there.events() == [1.0, 0.0])
        async with there.a_box() as station:
            await station.say(a_said(55))

        assert there.events() == [1.0, 0.0, 1.0]


async def test_how_far_a_clock_is_off_is_known_from_when_it_sent(tmp_path: Path) -> None:
    async with a_field(tmp_path) as there, there.a_box() as station:
        await station.say(a_said(-7))
        (state,) = there.listener.stations

        assert state.clock_offset_s == -420.0


async def test_it_is_bound_to_its_interface_only(tmp_path: Path) -> None:
    async with a_field(tmp_path) as there:
        assert [each.host for each in there.listener.bound] == [HOST]
