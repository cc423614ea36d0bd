"""A month in which everything happens is signed, revised and re-run to its digits.

Beside the lamp and the set on the grid: a household off the grid, credited by yearly tiers, and an
air station. A feeder is excluded, an hour of air overridden, the air released.
"""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from analytics.air.release import Release
from analytics.holders import Holder, Of
from analytics.quality.overrides import Override
from analytics.service import decisions
from analytics.service.touching import touched_by_exclusion, touched_by_override
from analytics.uptime.exclusions import Exclusion, Reason
from ingest import feed
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from ingest.contract.quality import Quality
from ingest.registry.model import BuildingType, GridConnection
from tests.api.closing.commands import Json, differences, run, sign, told
from tests.api.closing.october import (
    BEGIN,
    NOVEMBER,
    PERIOD,
    SILENT_FROM,
    SILENT_TO,
    October,
    Told,
    october,
    running,
    the_pv_set,
)
from tests.ingest.registry.builders import a_device

HOUSE, AIR = DeviceId("house-1"), DeviceId("air-1")
NOON = datetime(2026, 10, 10, 5, tzinfo=UTC)
EXCLUDED = Exclusion(
    of=Of(holder=Holder.ZONE, id="north"),
    device_class=DeviceClass.STREETLIGHT,
    period=Period.between(NOON, NOON + timedelta(days=1)),
    reason=Reason.GRID_OUTAGE,
    text="the feeder was down",
)
OVERRIDDEN = Override(
    device=AIR,
    metric="pm25",
    period=Period.between(NOON, NOON + timedelta(hours=1)),
    quality=Quality.BAD,
    text="calibration",
)
RELEASED = Release(
    of=Of(holder=Holder.DEVICE, id=AIR), start=micros(BEGIN), end=None, text="given out"
)


def _pm25(at: datetime) -> float:
    return 20.0 + at.hour


def _house_kwh(at: datetime) -> float:
    """Return a counter that advances by 0.1 kWh an hour: 74.4 kWh in October."""
    return (at - BEGIN) / timedelta(hours=1) / 10 + 5


OTHERS: Told = {HOUSE: {"energy_generated": _house_kwh}, AIR: {"pm25": _pm25}}


def bring_in_the_others(zone: October) -> None:
    house = the_pv_set(
        id=HOUSE,
        device_class=DeviceClass.HOUSEHOLD_PV,
        grid_connection=GridConnection.OFF,
        building_type=BuildingType.HOUSEHOLD,
        rated_power_w=Decimal(300),
        evidence_on=date(2026, 1, 1),
        evidence="a letter of the utility",
    )
    station = a_device(
        id=AIR,
        device_class=DeviceClass.AIR_STATION,
        profile="air_station",
        painted_number=None,
        interval_s=1800,
        rated_power_w=None,
        rated_power_basis=None,
        schedule="",
    )
    zone.register(house, station)
    zone.number = 20_000
    zone.arrive(BEGIN, NOVEMBER, OTHERS)


def decide(zone: October) -> None:
    registry = zone.feeder.registry()
    with zone.catalog.begin() as connection:
        at = zone.clock.now()
        decisions.enter(connection, EXCLUDED, actor="pa", at=at)
        decisions.enter(connection, OVERRIDDEN, actor="pa", at=at)
        decisions.enter(connection, RELEASED, actor="sok", at=at)
        feed.add(connection, touched_by_exclusion(registry, EXCLUDED))
        feed.add(connection, touched_by_override(registry, OVERRIDDEN))
    while zone.feeder.step():
        pass


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose October was signed with all of it, and then revised by late data."""
    folder = tmp_path_factory.mktemp("whole") / "home"
    with october(folder) as zone:
        bring_in_the_others(zone)
        decide(zone)
    sign(folder)
    with running(folder) as zone:
        zone.clock.set(datetime(2026, 11, 5, tzinfo=UTC))
        zone.number = 40_000
        zone.arrive(SILENT_FROM, SILENT_TO)
    assert told(folder, "close", *PERIOD, "--by", "pa")[0] == 0
    return folder


def report(home: Path, revision: int) -> Json:
    return json.loads(run(home, "report", *PERIOD, "--revision", str(revision))[1])


def test_all_of_it_is_in_the_revision(home: Path) -> None:
    first = report(home, 1)
    figures = {(each["id"], each["device_class"]): each for each in first["figures"]}
    house = figures["emissions_avoided", "household_pv"]

    assert first["status"] == "approved"
    assert house["method"]["id"] == "AMS-I.L"
    assert house["energy"]["credited"] == "0.074"
    (station,) = first["air"]
    assert station["released"]
    assert station["pollutants"][0]["valid_days"] == 31
    lamps = next(row for row in first["availability"] if row["device_class"] == "streetlight")
    assert lamps["contractual_percent"] != lamps["proven_percent"]


@pytest.mark.parametrize("revision", [1, 2])
@pytest.mark.parametrize("source", [(), ("--from-archive",)], ids=["store", "archive"])
def test_each_revision_re_runs_to_its_digits(
    home: Path, revision: int, source: tuple[str, ...]
) -> None:
    assert differences(home, *PERIOD, "--revision", str(revision), *source) == []


@pytest.mark.parametrize("revision", [1, 2])
def test_each_revision_re_runs_from_its_bundle(home: Path, revision: int, tmp_path: Path) -> None:
    file = tmp_path / "october.zip"
    status, _, err = run(home, "bundle", *PERIOD, "--revision", str(revision), "-o", str(file))

    assert status == 0, err
    assert differences(None, str(file), "--key", str(home / "keys" / "signing.pub")) == []


def test_the_second_says_what_moved_and_the_first_stands(home: Path) -> None:
    first, second = report(home, 1), report(home, 2)

    assert first["status"] == "approved"
    assert second["revisions"][-1]["cause"]["devices"] == ["lamp-1", "pv-1"]
    assert first["air"] == second["air"]
