"""What people entered before a period is closed is part of it, and of every re-run."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from analytics.counter_changes import CounterChange
from analytics.factors.grid import Gas, GridFactor, Role
from analytics.faults.fault import Consequence, Fault, RuleId
from analytics.quality.overrides import Override
from analytics.service import decisions, faults, ownfactors, repairs
from analytics.service.alarmkeeper import AlarmKeeper
from analytics.service.touching import touched_by_change, touched_by_override
from ingest import feed
from ingest.contract.period import Period, micros
from ingest.contract.quality import Quality
from tests.api.closing.commands import differences, run, sign, told
from tests.api.closing.october import LAMP, PERIOD, PV, October, october, running

NIGHT = datetime(2026, 10, 10, 12, tzinfo=UTC)
BAD = Override(
    device=LAMP,
    metric=None,
    period=Period.between(NIGHT, NIGHT + timedelta(hours=2)),
    quality=Quality.BAD,
    text="the meter was being changed",
)
CHANGED = CounterChange(
    device=PV,
    metric="energy_generated",
    at=micros(datetime(2026, 10, 15, 5, tzinfo=UTC)),
    old_end=100_000.0,
    new_start=0.0,
    text="a new inverter",
)
FACTOR = GridFactor(
    country="LA",
    role=Role.CM_INTERMITTENT,
    gas=Gas.CO2,
    value=Decimal("0.5"),
    source="a ministry",
    version="1",
    year=2026,
    valid_from=date(2026, 1, 1),
    evidence="entered",
    licence="none",
    note="",
)


OUT_AT = datetime(2026, 10, 12, 12, tzinfo=UTC)
DARK = Fault(
    rule=RuleId("lamp_out"),
    subject=LAMP,
    consequence=Consequence.ALARM,
    began_at=micros(OUT_AT),
    raised_at=micros(OUT_AT),
    proven_at=micros(OUT_AT),
)


def compute(zone: October) -> None:
    while zone.feeder.step():
        pass


def repair_the_lamp(zone: October) -> None:
    """Tell of a dark lamp, repair it a day later, and see that it stays in light."""
    keeper = AlarmKeeper(catalog=zone.catalog, registry=zone.feeder.registry, clock=zone.clock)
    mended = micros(OUT_AT + timedelta(days=1))
    with zone.catalog.begin() as connection:
        faults.put_faults(connection, [DARK], changed_at=micros(OUT_AT))
    keeper.look(micros(OUT_AT + timedelta(hours=1)))
    with zone.catalog.begin() as connection:
        (ticket,) = repairs.repairs(connection)
        repairs.close(connection, ticket, by="pa", at=mended, cause="fuse", parts="one fuse")
        faults.put_faults(connection, [replace(DARK, cleared_at=mended)], changed_at=mended)
    keeper.look(micros(OUT_AT + timedelta(days=10)))


@pytest.fixture
def decided(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    with october(home) as zone:
        with zone.catalog.begin() as connection:
            decisions.enter(connection, BAD, actor="pa", at=zone.clock.now())
            feed.add(connection, touched_by_override(zone.feeder.registry(), BAD))
            decisions.enter(connection, CHANGED, actor="pa", at=zone.clock.now())
            feed.add(connection, touched_by_change(zone.feeder.registry(), CHANGED))
            ownfactors.enter(connection, FACTOR, actor="sok", known_at=zone.clock.now())
        repair_the_lamp(zone)
        compute(zone)
    sign(home)
    return home


def test_a_re_run_takes_the_decisions_factors_and_repairs_that_stood(
    decided: Path, tmp_path: Path
) -> None:
    _, out, _ = run(decided, "report", *PERIOD, "--format", "json", "--revision", "1")
    (row,) = json.loads(out)["repairs"]
    assert (row["number"], row["device"], row["cause"]) == ("R-1", LAMP, "fuse")
    assert row["helped"] is True
    assert differences(decided, *PERIOD) == []
    assert differences(decided, *PERIOD, "--from-archive") == []

    file = tmp_path / "october.zip"
    status, _, err = run(decided, "bundle", *PERIOD, "-o", str(file))

    assert status == 0, err
    assert differences(None, str(file)) == []


def test_a_decision_taken_back_makes_a_revision_that_says_so(decided: Path) -> None:
    with running(decided) as zone:
        zone.clock.set(datetime(2026, 11, 4, 1, tzinfo=UTC))
        with zone.catalog.begin() as connection:
            one = decisions.find(connection, Override, 1)
            assert one is not None
            decisions.withdraw(connection, one, actor="pa", at=zone.clock.now())
            feed.add(connection, touched_by_override(zone.feeder.registry(), BAD))
        compute(zone)

    status, second = told(decided, "close", *PERIOD, "--by", "pa")

    assert (status, second["revision"]) == (0, 2)
    assert "decisions on data" in second["cause"]["text"]
    assert second["cause"]["devices"] == [LAMP]
    assert PV not in second["cause"]["devices"]
    assert differences(decided, *PERIOD, "--revision", "2") == []
    assert differences(decided, *PERIOD, "--revision", "1", "--from-archive") == []
