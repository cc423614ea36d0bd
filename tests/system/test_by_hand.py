"""Chunks published by hand as plain JSON, through a real broker, to the figure."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from tests.builders import a_device, a_pv_set, a_registry
from tests.system.harness import Bench, milliseconds, running_bench

_TOPIC = "zw/1/kh-gw-1/up/chunk"
_SIX = datetime(2026, 10, 30, 11, 0, tzinfo=UTC)  # 18:00 in Cambodia
_NOW = datetime(2026, 10, 31, 6, 0, tzinfo=UTC)
_STEP = timedelta(minutes=5)
_WATTS = [60.0] * 120 + [0.0]  # every 5 minutes from 18:00 to 03:55, and 0 at 04:00


def a_night(first: int, device: str = "kh-lamp-1", at: datetime = _SIX) -> dict[str, object]:
    """Return a lamp's night as a chunk, numbered from first on."""
    times = [milliseconds(at + place * _STEP) for place in range(len(_WATTS))]
    return _chunk(first, device, times, _WATTS)


def _chunk(
    first: int,
    device: str,
    times: Sequence[int],
    values: Sequence[float],
    *,
    metric: str = "load_power",
    held: tuple[int, int] | None = None,
) -> dict[str, object]:
    """Return rows numbered from first on; held are the oldest and newest number the gateway has."""
    last = first + len(times) - 1
    low, head = held or (first, last)
    return {
        "boot": "by-hand",
        "head": head,
        "low": low,
        "thinned": [],
        "days": {"2026-10-30": [1, head]},
        "sent_at": "2026-10-31T05:00:00Z",
        "parts": [
            {
                "device": device,
                "number": list(range(first, last + 1)),
                "measured_at": list(times),
                "values": {metric: list(values)},
            }
        ],
    }


async def test_a_lamps_night_moves_the_total_by_exactly_0_3528_kg(tmp_path: Path) -> None:
    """60 W for 10 h are 0.6 kWh; times 0.588 kg/kWh, Cambodia's factor for energy efficiency."""
    registry = a_registry(a_device("kh-lamp-1"), a_device("kh-lamp-2"))
    async with running_bench(tmp_path, registry, _NOW) as bench:
        bench.publish(_TOPIC, a_night(1, "kh-lamp-2"))
        await bench.until_settled(121)
        before = bench.kg()

        bench.publish(_TOPIC, a_night(122, "kh-lamp-1"))
        await bench.until_settled(242)

        assert bench.kg() - before == Decimal("0.3528")
        assert bench.account().balanced


async def test_a_night_that_arrives_twice_counts_once(tmp_path: Path) -> None:
    async with running_bench(tmp_path, a_registry(), _NOW) as bench:
        bench.publish(_TOPIC, a_night(1))
        bench.publish(_TOPIC, a_night(1))
        bench.publish(_TOPIC, a_night(122))  # as new records, which say the same again
        await bench.until(lambda: bench.account().repeated == 121 and bench.backend.is_idle())

        account = bench.account()
        assert bench.kg() == Decimal("0.3528")
        assert (account.assigned, account.stored, account.redelivered) == (242, 121, 121)
        assert account.balanced


async def test_the_order_of_arrival_does_not_change_a_digit(tmp_path: Path) -> None:
    """Uneven powers at uneven instants, whose float sums depend on the order of addition."""
    chance = random.Random(7)
    rows = [
        (milliseconds(_SIX) + 300_000 * place + chance.randrange(60_000), chance.uniform(0, 70))
        for place in range(250)
    ]
    told: list[tuple[Decimal, list[float]]] = []
    for number, seed in enumerate((None, 1, 2)):
        order = list(rows)
        if seed is not None:
            random.Random(seed).shuffle(order)
        async with running_bench(tmp_path / str(number), a_registry(), _NOW) as bench:
            for place in range(0, len(order), 25):
                times, watts = zip(*order[place : place + 25], strict=True)
                bench.publish(_TOPIC, _chunk(place + 1, "kh-lamp-1", times, watts))
                await bench.until_settled(place + 25)
            told.append((bench.kg(), _hours(bench)))

    assert told[0][0] > 0
    assert told[1] == told[0]
    assert told[2] == told[0]


def _hours(bench: Bench) -> list[float]:
    """Return every number of the rolled hours, unrounded."""
    (result,) = bench.results()
    span = Period(micros(_SIX) - 10**12, micros(_SIX) + 10**12)
    hours = bench.backend.analytics.feeder.files.read(result.zone.id, DeviceClass.STREETLIGHT, span)
    held = hours[hours["metric"] == "load_power"]
    return [*held["integral"], *held["seconds"], *held["maximum"]]


@pytest.mark.parametrize("late", [False, True], ids=["in order", "the first half comes late"])
async def test_a_counter_gives_the_same_energy_however_late_its_readings_come(
    tmp_path: Path, *, late: bool
) -> None:
    """The running maximum carried over hours is put right by what arrives late."""
    registry = a_registry(a_pv_set())
    times = [milliseconds(_SIX + place * _STEP) for place in range(48)]
    kwh = [1000 + 0.5 * place for place in range(48)]
    halves = [(1, times[:24], kwh[:24]), (25, times[24:], kwh[24:])]
    async with running_bench(tmp_path, registry, _NOW) as bench:
        for settled, (first, at, counted) in enumerate(reversed(halves) if late else halves, 1):
            metric = "energy_generated"
            chunk = _chunk(first, "kh-pv-1", at, counted, metric=metric, held=(1, 48))
            bench.publish(_TOPIC, chunk)
            await bench.until_settled(24 * settled)

        assert bench.kg() == Decimal("20.539")  # 23.5 kWh x 0.874


async def test_every_place_of_a_reading_can_be_read_back(tmp_path: Path) -> None:
    async with running_bench(tmp_path, a_registry(), _NOW) as bench:
        bench.publish(_TOPIC, a_night(1))
        await bench.until_settled(121)

        span = Period(micros(_SIX), micros(_NOW))
        store = bench.backend.sources.store
        block = store.read(DeviceClass.STREETLIGHT, [DeviceId("kh-lamp-1")], span)
        assert block.values["load_power"].tolist() == _WATTS
