"""The watch over faults: what it writes down behind a pass of the feeder, once and no more."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from analytics.faults.fault import Fault
from analytics.service import history
from analytics.service.faults import faults_since, open_faults
from analytics.service.feeder import Feeder
from analytics.service.hourfiles import HourFiles
from analytics.service.segments import segments
from analytics.service.tables import METADATA as ANALYTICS_TABLES
from analytics.service.watch import Watch
from ingest import feed, ledger
from ingest.columns import Touched
from ingest.contract.clock import ManualClock
from ingest.contract.identity import BootId, DeviceId, GatewayId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, hour_of, micros
from ingest.contract.ranges import Ranges
from ingest.registry.model import Gateway, SimCard
from ingest.registry.registry import Entered, Registry
from ingest.storage.block import Block
from ingest.storage.memory import MemoryStore
from ingest.tables import METADATA as INGEST_TABLES
from tests.builders import a_device, a_registry
from tests.catalogs import a_sqlite_catalog

_EIGHT = datetime(2026, 10, 30, 13, 0, tzinfo=UTC)  # in the evening, in Cambodia
_LAMP = DeviceId("kh-lamp-1")
_MINUTE = 60_000_000
_WELL = {"battery_voltage": 13.1, "battery_soc": 70.0, "lamp_on": 1.0, "brightness": 100.0}


class _Zone:
    """A zone's store and catalog, and a watch over them."""

    def __init__(self, catalog: sa.Engine, files: HourFiles, registry: Registry) -> None:
        self.catalog, self.files, self.registry = catalog, files, registry
        self.store = MemoryStore()
        self.clock = ManualClock(_EIGHT)
        self.begin()

    def begin(self) -> None:
        """Start anew, as after a crash."""
        self.feeder = Feeder(
            store=self.store,
            catalog=self.catalog,
            files=self.files,
            registry=lambda: self.registry,
            clock=self.clock,
            watch=Watch(
                store=self.store,
                catalog=self.catalog,
                registry=lambda: self.registry,
                clock=self.clock,
                pause=timedelta(0),
            ),
        )

    def tell(self, device: DeviceId, minutes: range, power: float) -> None:
        """Let readings of a lamp arrive."""
        at = micros(_EIGHT) + np.array(minutes, np.int64) * _MINUTE
        values = {"load_power": power, **_WELL}
        self.store.write(
            [
                Block(
                    device_class=DeviceClass.STREETLIGHT,
                    names=(device,),
                    devices=np.zeros(len(at), np.int32),
                    measured_at=at,
                    values={name: np.full(len(at), value) for name, value in values.items()},
                    flags={name: np.ones(len(at), np.int8) for name in values},
                )
            ]
        )
        touched = [
            Touched(
                device_class=DeviceClass.STREETLIGHT,
                device=device,
                hour=hour,
                gateway=GatewayId("kh-gw-1"),
                day=_EIGHT.date(),
                numbered=False,
                records=1,
                readings=len(values),
            )
            for hour in {hour_of(int(each)) for each in at}
        ]
        with self.catalog.begin() as connection:
            feed.add(connection, touched)

    def look(self, minute: int) -> None:
        """Let a pass of the feeder and a look of the watch go by."""
        self.clock.set(_EIGHT + timedelta(minutes=minute))
        self.feeder.step()
        assert self.feeder.watch is not None
        self.feeder.watch.look()
        self.feeder.watch.look_back()

    def faults(self, rule: str) -> list[Fault]:
        with self.catalog.connect() as connection:
            return [fault for fault in faults_since(connection, 0) if fault.rule == rule]


@pytest.fixture
def zone(tmp_path: Path) -> Iterator[_Zone]:
    with a_sqlite_catalog(tmp_path) as catalog:
        yield from _a_zone(tmp_path, catalog)


@pytest.fixture
def any_zone(tmp_path: Path, empty_catalog: sa.Engine) -> Iterator[_Zone]:
    """A zone with a catalog of either kind."""
    yield from _a_zone(tmp_path, empty_catalog)


def _a_zone(folder: Path, catalog: sa.Engine) -> Iterator[_Zone]:
    INGEST_TABLES.create_all(catalog)
    ANALYTICS_TABLES.create_all(catalog)
    files = HourFiles(folder / "hours")
    lamps = [a_device(f"kh-lamp-{number}") for number in range(1, 5)]
    yield _Zone(catalog, files, a_registry(*lamps))
    files.close()


def test_a_dark_lamp_is_written_down_when_it_has_been_dark_for_long_enough(zone: _Zone) -> None:
    zone.tell(_LAMP, range(0, 11, 5), 0.0)
    zone.look(11)
    before = zone.faults("lamp_out")
    zone.tell(_LAMP, range(15, 21, 5), 0.0)
    zone.look(21)

    assert before == []
    assert [(fault.subject, fault.late) for fault in zone.faults("lamp_out")] == [(_LAMP, False)]


def test_a_fault_is_written_once_whatever_crashes(any_zone: _Zone) -> None:
    zone = any_zone
    zone.tell(_LAMP, range(0, 31, 5), 0.0)
    zone.look(31)
    first = zone.faults("lamp_out")
    for _ in range(3):
        zone.begin()
        zone.look(32)

    assert len(first) == 1
    assert zone.faults("lamp_out") == first


def test_a_lamp_that_burns_again_clears_its_fault(zone: _Zone) -> None:
    zone.tell(_LAMP, range(0, 31, 5), 0.0)
    zone.look(31)
    zone.tell(_LAMP, range(35, 61, 5), 60.0)
    zone.look(61)

    cleared = [fault.cleared_at for fault in zone.faults("lamp_out")]
    assert cleared == [micros(_EIGHT + timedelta(minutes=45))]
    with zone.catalog.connect() as connection:
        assert open_faults(connection) == []


def test_what_is_live_is_found_while_the_feeder_is_busy_with_a_flood(any_zone: _Zone) -> None:
    """The feeder has not come so far: the watch finds it on the feed."""
    zone = any_zone
    zone.tell(DeviceId("kh-lamp-2"), range(-24 * 60, -6 * 60, 5), 0.0)
    zone.tell(_LAMP, range(0, 31, 5), 0.0)
    zone.clock.set(_EIGHT + timedelta(minutes=31))
    assert zone.feeder.watch is not None
    zone.feeder.watch.look()

    assert [fault.subject for fault in zone.faults("lamp_out")] == [_LAMP]
    with zone.catalog.connect() as connection:
        assert len(feed.changes(connection)) == 18 + 1


def test_history_is_written_in_bites(zone: _Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    """With time for one bite a look, three nights take three looks; none is left out."""
    monkeypatch.setattr(history, "_AT_A_TIME", timedelta(microseconds=1))
    for night in (3, 2, 1):
        zone.tell(_LAMP, range(-night * 24 * 60, -night * 24 * 60 + 61, 5), 0.0)
        zone.tell(_LAMP, range(-night * 24 * 60 + 65, -night * 24 * 60 + 121, 5), 60.0)
    found: list[int] = []
    for minute in range(10, 15):
        zone.look(minute)
        found.append(len(zone.faults("lamp_out")))

    assert found == [1, 2, 3, 3, 3]
    began = [fault.began_at for fault in zone.faults("lamp_out")]
    assert began == [micros(_EIGHT - timedelta(days=night)) for night in (3, 2, 1)]
    assert {fault.late for fault in zone.faults("lamp_out")} == {True}


def test_a_fault_goes_on_from_one_bite_to_the_next(zone: _Zone) -> None:
    """Dark from 20:00 to 04:00 a week ago: UTC quarters of a day end at 18:00, at 01:00 here."""
    week = -7 * 24 * 60
    zone.tell(_LAMP, range(week - 60, week, 5), 60.0)
    zone.tell(_LAMP, range(week, week + 8 * 60, 5), 0.0)
    zone.tell(_LAMP, range(week + 8 * 60, week + 9 * 60, 5), 60.0)
    zone.look(0)

    found = [(fault.began_at, fault.cleared_at) for fault in zone.faults("lamp_out")]
    began = _EIGHT - timedelta(days=7)
    assert found == [(micros(began), micros(began + timedelta(hours=8, minutes=10)))]


def test_a_lamp_found_dark_in_a_backlog_is_told_of_when_it_still_is(zone: _Zone) -> None:
    zone.tell(_LAMP, range(0, 121, 5), 0.0)
    zone.look(125)

    assert [(fault.late, fault.cleared_at) for fault in zone.faults("lamp_out")] == [(False, None)]


def test_a_device_that_is_no_longer_there_has_no_open_faults(zone: _Zone) -> None:
    zone.tell(_LAMP, range(0, 31, 5), 0.0)
    zone.look(31)
    zone.registry = a_registry(a_device("kh-lamp-2"))
    zone.look(40)

    assert [fault.cleared_at is None for fault in zone.faults("lamp_out")] == [False]


def test_what_comes_a_week_late_is_history(zone: _Zone) -> None:
    zone.tell(_LAMP, range(0, 31, 5), 0.0)
    zone.look(7 * 24 * 60)

    told = [(fault.late, fault.cleared_at is not None) for fault in zone.faults("lamp_out")]
    assert told == [(True, True)]


def test_a_replayed_week_changes_nothing(zone: _Zone) -> None:
    zone.tell(_LAMP, range(0, 31, 5), 0.0)
    zone.look(31)
    zone.tell(_LAMP, range(35, 61, 5), 60.0)
    zone.look(61)
    known = zone.faults("lamp_out")
    zone.tell(_LAMP, range(0, 31, 5), 0.0)
    zone.tell(_LAMP, range(35, 61, 5), 60.0)
    zone.look(7 * 24 * 60)

    assert zone.faults("lamp_out") == known


def test_a_silent_lamp_behind_a_living_gateway_is_found(zone: _Zone) -> None:
    others = [DeviceId(f"kh-lamp-{number}") for number in range(2, 5)]
    for minute in range(0, 61, 10):
        for device in others if minute > 5 else [_LAMP, *others]:
            zone.tell(device, range(minute, minute + 10, 5), 60.0)
        zone.look(minute + 10)

    assert [fault.subject for fault in zone.faults("device_silent")] == [_LAMP]
    assert zone.faults("gateway_down") == []


def test_a_dead_gateway_is_one_fault(zone: _Zone) -> None:
    lamps = [DeviceId(f"kh-lamp-{number}") for number in range(1, 5)]
    for minute in (0, 10):
        for device in lamps:
            zone.tell(device, range(minute, minute + 10, 5), 60.0)
        zone.look(minute + 10)
    for minute in (25, 31, 60):
        zone.look(minute)
    down = zone.faults("gateway_down")
    for device in lamps:
        zone.tell(device, range(100, 105, 5), 60.0)
    zone.look(105)

    assert [(fault.subject, fault.cleared_at) for fault in down] == [("kh-gw-1", None)]
    assert zone.faults("device_silent") == []
    assert all(fault.cleared_at is not None for fault in zone.faults("gateway_down"))


def test_a_card_that_runs_out_is_a_warning_until_it_is_topped_up(zone: _Zone) -> None:
    def registry(expires: date) -> Registry:
        card = SimCard(number="sim-1", operator="north", plan="1 GB", expires=expires)
        items = [
            replace(entry.item, sim="sim-1") if isinstance(entry.item, Gateway) else entry.item
            for entry in a_registry().entries
        ]
        return Registry(Entered(change=1, valid_from=0, item=each) for each in [card, *items])

    zone.registry = registry(date(2026, 11, 9))
    zone.look(0)
    warned = zone.faults("sim_expiring")
    zone.registry = registry(date(2027, 11, 9))
    zone.look(24 * 60)

    assert [fault.evidence for fault in warned] == [{"days_left": 10.0}] * 2
    assert [fault.cleared_at is None for fault in zone.faults("sim_expiring")] == [False] * 2


def test_records_that_nobody_holds_are_an_alarm_until_they_are_found(any_zone: _Zone) -> None:
    account = ledger.BootAccount(
        gateway=GatewayId("kh-gw-1"),
        boot=BootId("boot-1"),
        stored=Ranges.of((1, 6), (10, 20)),
        low=15,
        head=20,
        days={_EIGHT.date(): (1, 20)},
    )
    with any_zone.catalog.begin() as connection:
        ledger.save(connection, [account])
    any_zone.look(5)
    lost = any_zone.faults("records_missing")
    with any_zone.catalog.begin() as connection:
        ledger.save(connection, [replace(account, stored=Ranges.of((1, 20)))])
    any_zone.look(10)

    assert [(one.subject, one.evidence) for one in lost] == [
        ("kh-gw-1", {"records": 3, "first": 7, "last": 9})
    ]
    cleared = [fault.cleared_at for fault in any_zone.faults("records_missing")]
    assert cleared == [micros(_EIGHT + timedelta(minutes=10))]


def test_what_changed_since_an_instant_is_told(zone: _Zone) -> None:
    zone.tell(_LAMP, range(0, 31, 5), 0.0)
    zone.look(31)
    zone.tell(_LAMP, range(35, 61, 5), 60.0)
    zone.look(61)
    zone.look(90)

    with zone.catalog.connect() as connection:
        since_the_end = faults_since(connection, micros(_EIGHT + timedelta(minutes=61)))
        later = faults_since(connection, micros(_EIGHT + timedelta(minutes=62)))
    assert [fault.rule for fault in since_the_end if fault.rule == "lamp_out"] == ["lamp_out"]
    assert [fault.rule for fault in later if fault.rule == "lamp_out"] == []


def test_hours_are_joined_into_spans_that_reach_up_to_now() -> None:
    now = micros(_EIGHT)
    spans = segments([hour_of(now), hour_of(now) - HOUR_US, hour_of(now) - 100 * HOUR_US], now)

    assert len(spans) == 2
    assert spans[0].end < now - 90 * HOUR_US
    assert spans[1].start == hour_of(now) - 4 * HOUR_US
    assert spans[1].end >= now
