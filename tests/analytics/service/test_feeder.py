"""What becomes of the change feed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from math import isnan
from pathlib import Path

import pytest
import sqlalchemy as sa

from analytics.deviceday import DeviceDay, EnergySource
from analytics.service import facts, zonefigures
from analytics.service.facts import Progress, Submission
from analytics.service.feeder import Feeder
from analytics.service.hourfiles import HourFiles
from analytics.service.stage import AnalyticsStage
from analytics.service.tables import METADATA as ANALYTICS_TABLES
from ingest import feed, ledger
from ingest.columns import Touched
from ingest.contract.clock import ManualClock
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, hour_of, micros
from ingest.ledger import Line, Settlement
from ingest.storage.block import Block
from ingest.storage.memory import MemoryStore
from ingest.tables import METADATA as INGEST_TABLES
from tests.analytics.blocks import a_block
from tests.builders import EVENING, NIGHT, a_registry

_LAMP, _GATEWAY = DeviceId("kh-lamp-1"), GatewayId("kh-gw-1")
_HOUR = hour_of(micros(EVENING))


@pytest.fixture
def feeder(tmp_path: Path, empty_catalog: sa.Engine) -> Iterator[Feeder]:
    catalog = empty_catalog
    INGEST_TABLES.create_all(catalog)
    ANALYTICS_TABLES.create_all(catalog)
    files = HourFiles(tmp_path / "hours")
    registry = a_registry()
    yield Feeder(
        store=MemoryStore(),
        catalog=catalog,
        files=files,
        registry=lambda: registry,
        clock=ManualClock(EVENING),
    )
    files.close()


def _arrive(
    feeder: Feeder,
    rows: list[tuple[float, float]],
    *,
    records: int,
    day: date,
    numbered: bool = True,
) -> None:
    """Put readings into the store, and what ingest would write down of them into the catalog."""
    feeder.store.write([a_block(rows)])
    touched = Touched(
        device_class=DeviceClass.STREETLIGHT,
        device=_LAMP,
        hour=_HOUR,
        gateway=_GATEWAY,
        day=day,
        numbered=numbered,
        records=records,
        readings=records,
    )
    with feeder.catalog.begin() as connection:
        feed.add(connection, [touched])
        counted = {"stored" if numbered else "unnumbered": records}
        ledger.move(connection, [Settlement(gateway=_GATEWAY, day=day, **counted)])


class _Copy:
    """Keeps what was copied last, by metric."""

    def __init__(self) -> None:
        self.means: dict[tuple[str, int, str], float] = {}

    def write(self, block: Block) -> None:
        for metric, values in block.values.items():
            rows = zip(block.devices, block.measured_at.tolist(), values.tolist(), strict=True)
            for device, hour, mean in rows:
                self.means[block.names[device], hour, metric] = mean


def _lines(feeder: Feeder) -> dict[date, Line]:
    with feeder.catalog.connect() as connection:
        return {day: line for (_, day), line in ledger.lines(connection).items()}


def test_a_change_becomes_a_fact_and_leaves_the_feed(feeder: Feeder) -> None:
    _arrive(feeder, [(0, 60), (5, 60), (10, 0)], records=3, day=NIGHT)

    assert feeder.step() == 1
    assert feeder.step() == 0
    with feeder.catalog.connect() as connection:
        assert feed.changes(connection) == []
        assert facts.device_days(connection) == [
            DeviceDay(
                device=_LAMP,
                day=NIGHT,
                device_class=DeviceClass.STREETLIGHT,
                records=3,
                covered_s=1200,
                energy_mwh=10_000,
                energy_source=EnergySource.GAUGE,
                lit_s=600,
            )
        ]
        assert facts.progress(connection) == Progress(
            changes=1, hours=2, since=_HOUR, as_of=micros(EVENING)
        )


def test_what_repeats_is_moved_once_on_the_day_it_entered(feeder: Feeder) -> None:
    """Three records come on one day; two of them again, with another, on the next."""
    next_day = NIGHT + timedelta(days=1)
    _arrive(feeder, [(0, 60), (5, 60), (10, 0)], records=3, day=NIGHT)
    feeder.step()
    _arrive(feeder, [(0, 60), (5, 30), (15, 0)], records=3, day=next_day)
    feeder.step()
    feeder.step()

    assert _lines(feeder) == {NIGHT: Line(stored=3), next_day: Line(stored=1, repeated=2)}
    with feeder.catalog.connect() as connection:
        key = (_LAMP, date(2026, 10, 30))
        assert facts.submissions(connection, [key]) == {key: Submission(records=6, repeated=2)}


def test_a_record_in_the_store_before_the_ledger_is_not_taken_for_a_repetition(
    feeder: Feeder,
) -> None:
    _arrive(feeder, [(0, 60), (5, 60)], records=2, day=NIGHT)
    feeder.store.write([a_block([(10, 0)])])
    feeder.step()
    _arrive(feeder, [(10, 0)], records=1, day=NIGHT)
    feeder.step()

    assert _lines(feeder) == {NIGHT: Line(stored=3)}


def test_silence_is_news_too(feeder: Feeder) -> None:
    _arrive(feeder, [(0, 60)], records=1, day=NIGHT)
    feeder.step()
    assert isinstance(feeder.clock, ManualClock)
    feeder.clock.set(EVENING + timedelta(hours=3))

    feeder.step()

    with feeder.catalog.connect() as connection:
        assert facts.progress(connection).as_of == micros(EVENING) + 3 * HOUR_US


def test_figures_follow_facts(feeder: Feeder) -> None:
    _arrive(feeder, [(0, 60), (5, 60), (10, 0)], records=3, day=NIGHT)
    feeder.step()

    with feeder.catalog.connect() as connection:
        found = {(row.figure, row.device_class): row.value for row in zonefigures.every(connection)}
    assert found["energy_measured", "streetlight"] == "0.010"


def test_the_mean_of_a_touched_hour_is_copied_and_put_right(feeder: Feeder) -> None:
    """60 W for five minutes and 30 W held for ten; then the latter becomes 90 W."""
    copy = _Copy()
    feeder = replace(feeder, means=copy)
    lamp_load = _LAMP, _HOUR, "load_power"

    _arrive(feeder, [(0, 60), (5, 30)], records=2, day=NIGHT)
    feeder.step()
    assert copy.means[lamp_load] == pytest.approx(40)
    assert isnan(copy.means[_LAMP, _HOUR, "battery_soc"])

    _arrive(feeder, [(5, 90)], records=1, day=NIGHT)
    feeder.step()
    assert copy.means[lamp_load] == pytest.approx(80)


def test_what_no_gateway_numbered_is_in_no_equation_and_so_not_moved(feeder: Feeder) -> None:
    """Two records come numbered, and again twice without a number, with one more."""
    _arrive(feeder, [(0, 60), (5, 60)], records=2, day=NIGHT)
    feeder.step()
    _arrive(feeder, [(0, 60), (5, 60), (10, 60)], records=3, day=NIGHT, numbered=False)
    _arrive(feeder, [(0, 60)], records=1, day=NIGHT)
    feeder.step()

    assert _lines(feeder) == {NIGHT: Line(stored=2, repeated=1, unnumbered=3)}


def _passed(stage: AnalyticsStage) -> None:
    stage._patiently(stage._pass)  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    "in_the_way",
    [
        pytest.param("hours", id="no folder can be made"),
        pytest.param(f"hours/kh-test/{NIGHT:%Y-%m}/{NIGHT}-streetlight.partial/.", id="no file"),
    ],
)
def test_a_disk_that_takes_nothing_is_waited_for(
    feeder: Feeder, tmp_path: Path, in_the_way: str
) -> None:
    obstacle = tmp_path / in_the_way
    if in_the_way == "hours":
        obstacle.write_text("")
    else:
        obstacle.mkdir(parents=True)
    stage = AnalyticsStage(feeder=feeder)
    _arrive(feeder, [(0, 60), (5, 60), (10, 0)], records=3, day=NIGHT)

    _passed(stage)
    with feeder.catalog.connect() as connection:
        assert len(feed.changes(connection)) == 1
        assert facts.device_days(connection) == []

    obstacle.unlink() if in_the_way == "hours" else obstacle.rmdir()
    _passed(stage)
    with feeder.catalog.connect() as connection:
        assert feed.changes(connection) == []
        assert [day.records for day in facts.device_days(connection)] == [3]
