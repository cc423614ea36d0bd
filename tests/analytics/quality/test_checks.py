"""Checks as they are configured, on blocks, and a person's word over them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from analytics.quality.checks import Check, checked, checks_for, checks_of, reach_s, reached_hours
from analytics.quality.overrides import Override, overridden
from ingest.contract.catalog import metrics_of
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.contract.quality import Quality
from ingest.storage.block import Block

_STATIONS = (DeviceId("kh-air-1"), DeviceId("kh-air-2"))
_FIVE_MINUTES = 300_000_000


def a_block(
    values: Mapping[str, Sequence[float]],
    device_class: DeviceClass = DeviceClass.AIR_STATION,
    flags: Sequence[int] | None = None,
    devices: Sequence[int] | None = None,
) -> Block:
    count = len(next(iter(values.values())))
    return Block(
        device_class=device_class,
        names=_STATIONS,
        devices=np.array(devices or [0] * count, np.int32),
        measured_at=np.arange(count, dtype=np.int64) * _FIVE_MINUTES,
        values={name: np.array(each, np.float64) for name, each in values.items()},
        flags={name: np.array(flags or [1] * count, np.int8) for name in values},
    )


def pm25(block: Block) -> list[int]:
    return [int(flag) for flag in block.flags["pm25"]]


@pytest.mark.parametrize("device_class", list(DeviceClass))
def test_every_check_is_of_a_metric_its_class_has(device_class: DeviceClass) -> None:
    for check in checks_of(device_class):
        assert check.metric in metrics_of(device_class)
        assert {"source", "evidence"} <= check.parameters.keys()


def test_lamps_are_not_checked_and_reach_nowhere() -> None:
    block = a_block({"load_power": [60.0] * 100}, DeviceClass.STREETLIGHT)

    assert checked(block) is block
    assert reach_s(DeviceClass.STREETLIGHT) == 0
    assert reach_s(DeviceClass.AIR_STATION) == 2 * 25 * 3600  # the hour around two days before
    assert list(reached_hours(DeviceClass.AIR_STATION)) == [
        *range(7),
        *range(22, 27),
        *range(46, 51),
    ]
    assert list(reached_hours(DeviceClass.STREETLIGHT)) == [0]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([20, 21, 22, 23], [1, 1, 1, 1], id="clean air"),
        pytest.param([20, -6, 22, 1001], [1, 4, 1, 4], id="not possible"),
        pytest.param([20, -3, 22, 901], [1, 3, 1, 3], id="not usual"),
        pytest.param([20, 300, 22, 23], [1, 3, 1, 1], id="a spike"),
        pytest.param([20, 600, 22, 23], [1, 4, 1, 1], id="a high spike"),
    ],
)
def test_a_series_is_flagged_by_the_worst(values: list[float], expected: list[int]) -> None:
    assert pm25(checked(a_block({"pm25": values}))) == expected


def test_what_is_missing_stays_so_and_hides_no_spike() -> None:
    block = a_block({"pm25": [20, float("nan"), 600, 0, 22]}, flags=[1, 9, 1, 0, 1])

    assert pm25(checked(block)) == [1, 9, 4, 0, 1]


def test_what_ingest_found_bad_stays_bad_and_is_no_neighbor() -> None:
    """On a slope down from 600 no spike would stand out at 580."""
    block = a_block({"pm25": [20, 600, 580, 22, 23]}, flags=[1, 4, 1, 1, 1])

    assert pm25(checked(block)) == [1, 4, 4, 1, 1]


def test_stations_are_no_neighbors_in_time() -> None:
    block = a_block({"pm25": [20, 21, 600, 601, 602]}, devices=[0, 0, 1, 1, 1])

    assert pm25(checked(block)) == [1, 1, 1, 1, 1]


def test_a_part_is_not_more_than_its_whole() -> None:
    """PM10 of 20 leaves room for 20 x 1.2 + 5 = 29."""
    block = a_block({"pm25": [29.0, 30.0, 40.0], "pm10": [20.0, 20.0, float("nan")]})

    assert pm25(checked(block)) == [1, 3, 1]


def test_droplets_are_not_counted_as_particles() -> None:
    values = {"pm25": [20.0, 21.0, 22.0], "humidity": [80.0, 90.0, 95.0]}

    assert pm25(checked(a_block(values, DeviceClass.MOBILE_AIR_STATION))) == [1, 1, 3]


def test_a_persons_word_holds_over_a_check_and_the_later_one_over_the_earlier() -> None:
    block = checked(a_block({"pm25": [20, 600, 22, 23], "o3": [50, 51, 52, 53]}))
    whole = Period(0, 10 * _FIVE_MINUTES)
    said = [
        Override(
            device=_STATIONS[0], metric=None, period=whole, quality=Quality.BAD, text="power cut"
        ),
        Override(
            device=_STATIONS[0],
            metric="pm25",
            period=Period(_FIVE_MINUTES, 3 * _FIVE_MINUTES),
            quality=Quality.GOOD,
            text="a fire, seen",
        ),
        Override(
            device=DeviceId("elsewhere"),
            metric=None,
            period=whole,
            quality=Quality.GOOD,
            text="not here",
        ),
    ]

    told = overridden(block, said)

    assert pm25(told) == [4, 1, 1, 4]
    assert told.flags["o3"].tolist() == [4, 4, 4, 4]
    assert pm25(block) == [1, 4, 1, 1]


def test_a_step_that_the_air_cannot_take_is_suspect() -> None:
    """More than 3 K a minute, which is 15 K in five; a gap makes a step slower, not faster."""
    warmth = [25.0, 39.0, 41.0, 25.5, float("nan"), 41.0]
    block = a_block({"temperature": warmth}, flags=[1, 1, 1, 1, 9, 1])

    flags = checked(block).flags["temperature"].tolist()

    assert flags == [1, 1, 1, 3, 9, 1]


def test_what_does_not_occur_in_a_month_is_suspect_for_the_profile_it_is_stated_of() -> None:
    """The instants lie in January; 3 degrees do not occur in the lowlands of the Mekong."""
    block = a_block({"temperature": [8.0, 3.0, 3.0]}, devices=[0, 0, 1])
    profiles = {_STATIONS[0]: "hj212_air_station", _STATIONS[1]: "another"}

    assert checked(block, profiles).flags["temperature"].tolist() == [1, 3, 1]


def a_zone_of_stations(*levels: float) -> Block:
    """Return twelve readings of each of some stations in one hour."""
    names = [DeviceId(f"kh-air-{number}") for number in range(len(levels))]
    count = 12 * len(levels)
    return Block(
        device_class=DeviceClass.AIR_STATION,
        names=names,
        devices=np.repeat(np.arange(len(levels), dtype=np.int32), 12),
        measured_at=np.tile(np.arange(12, dtype=np.int64) * _FIVE_MINUTES, len(levels)),
        values={"pm25": np.repeat(np.array(levels), 12) + np.tile(np.arange(12) / 10, len(levels))},
        flags={"pm25": np.ones(count, np.int8)},
    )


@pytest.mark.parametrize(
    ("levels", "suspect"),
    [
        pytest.param((20, 22, 25, 30), [], id="alike"),
        pytest.param((20, 22, 25, 150), [], id="a plume"),
        pytest.param((20, 22, 25, 260), [3], id="four times the others and more"),
        pytest.param((20, 22, 260), [], id="two others are too few"),
        pytest.param((250, 260, 240, 20), [], id="the whole zone in smoke"),
    ],
)
def test_a_station_is_held_against_its_neighbors(
    levels: tuple[float, ...], suspect: list[int]
) -> None:
    block = checked(a_zone_of_stations(*levels))

    flagged = {int(block.devices[row]) for row in np.flatnonzero(block.flags["pm25"] == 3)}
    assert sorted(flagged) == suspect


def test_a_row_of_a_profile_takes_the_place_of_its_class() -> None:
    usual = Check(metric="pm25", test="spike", parameters={"suspect": 200})
    own = Check(metric="pm25", test="spike", parameters={"suspect": 50}, profile="cheap")
    other = Check(metric="pm25", test="flat_line", parameters={})

    assert checks_for([usual, own, other], "cheap") == [own, other]
    assert checks_for([usual, own, other], "good") == [usual, other]
    assert checks_for([usual, own, other], None) == [usual, other]


def test_span_gas_at_the_same_time_of_three_days_is_no_air() -> None:
    """Ten minutes of 400 at 02:00 of four days, five minutes later each day; once at noon."""
    count = 4 * 288
    ozone = 30.0 + np.arange(count) % 7
    surges = [24 + day * 288 + day for day in range(4)]
    for row in surges:
        ozone[row : row + 2] = 400.0
    ozone[2 * 288 + 144 : 2 * 288 + 146] = 400.0

    flags = checked(a_block({"o3": ozone.tolist()})).flags["o3"]

    expected = {row + n for row in surges[2:] for n in (0, 1)}
    assert set(np.flatnonzero(flags == Quality.SUSPECT).tolist()) == expected
