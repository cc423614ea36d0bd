"""The counters that a period begins with, followed from the first message on."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from pydantic import TypeAdapter

from analytics.counter_changes import CounterChange
from analytics.periods import parse_period
from analytics.report import Scope
from api.closing.beside import DECISIONS
from api.closing.inputs import from_messages
from api.closing.rerun import Target
from api.closing.revisions import Basis
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.storage.block import Block
from ingest.storage.memory import MemoryStore
from tests.builders import a_pv_set, a_registry

JULY = datetime(2026, 7, 1, tzinfo=UTC)
PV = DeviceId("kh-pv-1")
KEY = (PV, "energy_generated")


def a_store(*told: tuple[int, float]) -> MemoryStore:
    """Return readings by the hour of July, long before the 60 days that October rests on."""
    store = MemoryStore()
    block = Block(
        device_class=DeviceClass.SCHOOL_PV,
        names=[PV],
        devices=np.zeros(len(told), np.int32),
        measured_at=np.array([micros(JULY + timedelta(hours=hour)) for hour, _ in told], np.int64),
        values={"energy_generated": np.array([value for _, value in told])},
        flags={"energy_generated": np.ones(len(told), np.int8)},
    )
    store.write([block])
    return store


def a_target(*changes: CounterChange) -> Target:
    form = TypeAdapter(CounterChange)
    rows = [{"kind": "counter_change", "body": form.dump_json(each).decode()} for each in changes]
    return Target(
        registry=a_registry(a_pv_set()),
        scope=Scope(kind="zone", id="kh-test"),
        days=parse_period("2026-10"),
        basis=Basis(
            watermark=(),
            registry_change=1,
            as_of=0,
            changes=0,
            hours=0,
            software="test",
            factors={},
        ),
        beside={DECISIONS: rows},
    )


CHANGE = CounterChange(
    device=PV,
    metric="energy_generated",
    at=micros(JULY + timedelta(hours=2)),
    old_end=510.0,
    new_start=480.0,
    text="a new inverter",
)


@pytest.mark.parametrize(
    ("told", "changes", "running"),
    [
        pytest.param([(0, 500.0), (3, 499.0)], [], 500.0, id="a dip"),
        pytest.param([(0, 500.0), (3, 499.0)], [CHANGE], 499.0, id="another counter"),
        pytest.param([(0, 500.0)], [CHANGE], 480.0, id="not heard since"),
        pytest.param([(0, 500.0), (2, 481.0)], [CHANGE], 481.0, id="read as it was changed"),
    ],
)
def test_a_period_begins_where_its_counters_stood(
    told: list[tuple[int, float]], changes: list[CounterChange], running: float
) -> None:
    inputs = from_messages(a_store(*told), a_target(*changes))

    (opening,) = inputs.opening.values()
    assert opening[KEY] == running
