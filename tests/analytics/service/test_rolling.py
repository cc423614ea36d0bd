"""What a change reaches, counted hour by hour, and the file it ends in."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from analytics.counter_changes import CounterChange
from analytics.hours import COLUMNS
from analytics.service.hourfiles import HourFiles
from analytics.service.rolling import Roller
from ingest.contract.identity import DeviceId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, Period, micros
from ingest.storage.memory import MemoryStore
from tests.analytics.blocks import a_block
from tests.builders import EVENING

_LAMP = DeviceId("kh-lamp-1")
_ZONE = ZoneId("kh-test")
_START = micros(EVENING)


@pytest.fixture
def roller(tmp_path: Path) -> Iterator[Roller]:
    files = HourFiles(tmp_path / "hours")
    yield Roller(
        store=MemoryStore(),
        files=files,
        zone=_ZONE,
        device_class=DeviceClass.STREETLIGHT,
        intervals_s={_LAMP: 300},
    )
    files.close()


def _say(roller: Roller, rows: Sequence[tuple[float, float]], metric: str = "energy_used") -> None:
    roller.store.write([a_block(rows, metric=metric)])


def _compute(roller: Roller, *hours: int) -> list[int]:
    """Return which hours were computed, counted from the first."""
    computed = roller.compute({_LAMP: {_START + hour * HOUR_US for hour in hours}})
    return sorted((hour - _START) // HOUR_US for _, hour in computed)


def _increases(roller: Roller) -> list[tuple[int, float]]:
    hours = roller.files.read(_ZONE, roller.device_class, Period(_START, _START + 48 * HOUR_US))
    told = hours[hours["metric"] == "energy_used"].sort_values("hour")
    return [
        ((hour - _START) // HOUR_US, increase)
        for hour, increase in zip(told["hour"], told["increase"], strict=True)
    ]


def test_an_hour_reaches_into_the_next_and_no_further(roller: Roller) -> None:
    _say(roller, [(30, 60), (65, 60), (130, 60)], metric="load_power")

    assert _compute(roller, 0) == [0, 1]


def test_a_stations_hour_reaches_as_far_as_flags_derived_from_it(tmp_path: Path) -> None:
    """A flat line is bad after six hours; a spike is told by the reading behind it.

    Span gas is told by the two days before, at that time; where nothing was said, nothing is
    computed again.
    """
    files = HourFiles(tmp_path / "hours")
    store = MemoryStore()
    rows = [(60.0 * number, 35.0 + number % 3) for number in range(60)]
    store.write([a_block(rows, metric="pm25", device_class=DeviceClass.AIR_STATION)])
    station = Roller(
        store=store,
        files=files,
        zone=_ZONE,
        device_class=DeviceClass.AIR_STATION,
        intervals_s={_LAMP: 300},
    )
    assert _compute(station, 0) == [-1, 0, 1]
    _compute(station, *range(60))

    assert _compute(station, 0) == [*range(-1, 7), *range(22, 27), *range(46, 51)]
    assert _compute(station, 56) == [*range(55, 60)]
    files.close()


def test_a_stations_hour_is_computed_with_its_neighbors(tmp_path: Path) -> None:
    files = HourFiles(tmp_path / "hours")
    other = DeviceId("kh-air-2")
    station = Roller(
        store=MemoryStore(),
        files=files,
        zone=_ZONE,
        device_class=DeviceClass.AIR_STATION,
        intervals_s={_LAMP: 300, other: 300},
        peers=[_LAMP, other],
    )

    computed = station.compute({_LAMP: {_START}})

    assert {device for device, _ in computed} == {_LAMP, other}
    files.close()


def test_a_line_that_turns_out_flat_is_taken_out_of_the_hours_it_is_flat_in(
    tmp_path: Path,
) -> None:
    """The same value from 18:00 on: suspect from 21:00, so three hours are left."""
    files = HourFiles(tmp_path / "hours")
    store = MemoryStore()
    rows = [(5 * number, 35.0) for number in range(8 * 12)]
    store.write([a_block(rows, metric="pm25", device_class=DeviceClass.AIR_STATION)])
    station = Roller(
        store=store,
        files=files,
        zone=_ZONE,
        device_class=DeviceClass.AIR_STATION,
        intervals_s={_LAMP: 300},
    )

    station.compute({_LAMP: {_START + hour * HOUR_US for hour in range(8)}})

    hours = files.read(_ZONE, DeviceClass.AIR_STATION, Period(_START, _START + 8 * HOUR_US))
    heard = hours[hours["metric"] == "pm25"]
    assert [(hour - _START) // HOUR_US for hour in heard["hour"]] == [0, 1, 2, 3]
    assert heard["seconds"].tolist() == [3600, 3600, 3600, 300]
    files.close()


def test_a_replaced_counter_moves_the_hours_behind_it_and_back_when_it_is_withdrawn(
    roller: Roller,
) -> None:
    """At 18:30 100, changed at 20:10 at 104 for one at 0.5 that says 95 at 22:30."""
    _say(roller, [(30, 100), (270, 95)])
    change = CounterChange(
        device=_LAMP,
        metric="energy_used",
        at=_START + 130 * 60_000_000,
        old_end=104.0,
        new_start=0.5,
        text="struck by lightning",
    )
    changed = replace(roller, changes=[change])
    _compute(roller, 0, 1, 2, 3, 4)
    assert _increases(roller) == [(0, 0.0), (4, 0.0)]

    assert _compute(changed, 2) == [2, 3, 4]
    assert _increases(roller) == [(0, 0.0), (2, 4.0), (4, 94.5)]

    assert _compute(roller, 2) == [2, 3, 4]
    assert _increases(roller) == [(0, 0.0), (4, 0.0)]


def test_a_late_reading_below_the_running_maximum_recomputes_its_own_hours_only(
    roller: Roller,
) -> None:
    _say(roller, [(30, 10), (90, 11), (150, 12), (210, 13), (270, 14)])
    _compute(roller, 0, 1, 2, 3, 4)
    _say(roller, [(95, 10.9)])

    assert _compute(roller, 1) == [1, 2]
    assert _increases(roller) == [(0, 0.0), (1, 1.0), (2, 1.0), (3, 1.0), (4, 1.0)]


def test_a_late_reading_that_moves_the_maximum_recomputes_until_it_is_what_it_was(
    roller: Roller,
) -> None:
    """Hours 0 and 1 come after hour 4: what hour 4 began from was not known before."""
    _say(roller, [(250, 20), (270, 21)])
    _compute(roller, 4)
    assert _increases(roller) == [(4, 1.0)]

    _say(roller, [(30, 10), (90, 11)])

    assert _compute(roller, 0, 1) == [0, 1, 2, 4]
    assert _increases(roller) == [(0, 0.0), (1, 1.0), (4, 10.0)]


def test_over_midnight_and_months_the_running_maximum_is_found(roller: Roller) -> None:
    _say(roller, [(30, 10)])
    _compute(roller, 0)
    days_later = 40 * 24
    _say(roller, [(days_later * 60 + 30, 25)])

    assert _compute(roller, days_later) == [days_later, days_later + 1]
    span = Period(_START + 30 * 24 * HOUR_US, _START + 50 * 24 * HOUR_US)
    hours = roller.files.read(_ZONE, roller.device_class, span)
    assert hours[hours["metric"] == "energy_used"]["increase"].tolist() == [15.0]


def test_computing_again_changes_nothing(roller: Roller) -> None:
    _say(roller, [(30, 10), (90, 12.5), (100, 1), (150, 2)])
    _compute(roller, 0, 1, 2)
    before = _increases(roller)

    _compute(roller, 2, 0)
    _compute(roller, 1)

    assert _increases(roller) == before == [(0, 0.0), (1, 3.5), (2, 1.0)]


def test_hours_are_read_back_from_the_file_as_they_were_computed(
    roller: Roller, tmp_path: Path
) -> None:
    _say(roller, [(30, 1 / 3), (90, 2 / 3), (150, 1e-300)])
    _compute(roller, 0, 1, 2)
    span = Period(_START, _START + 24 * HOUR_US)
    known = roller.files.read(_ZONE, roller.device_class, span)

    again = HourFiles(tmp_path / "hours")
    found = again.read(_ZONE, roller.device_class, span)
    again.close()

    pd.testing.assert_frame_equal(
        found.reset_index(drop=True), known.reset_index(drop=True), check_exact=True
    )
    assert list(found.columns) == list(COLUMNS)
    assert not list((tmp_path / "hours").rglob("*.partial"))


def test_devices_do_not_touch_each_other(roller: Roller) -> None:
    other = DeviceId("kh-lamp-2")
    both = replace(roller, intervals_s={_LAMP: 300, other: 300})
    _say(both, [(30, 10), (90, 11)])
    both.store.write([replace(a_block([(30, 5), (90, 7)], metric="energy_used"), names=[other])])

    both.compute({_LAMP: {_START}, other: {_START + HOUR_US}})

    hours = both.files.read(_ZONE, both.device_class, Period(_START, _START + 2 * HOUR_US))
    told = hours[hours["metric"] == "energy_used"]
    rows = zip(told["device"], told["hour"], told["increase"], strict=True)
    assert sorted((d, (h - _START) // HOUR_US, i) for d, h, i in rows) == [
        (_LAMP, 0, 0.0),
        (_LAMP, 1, 1.0),
        (other, 1, 0.0),
    ]
