"""Every record that a gateway took is found where it is, or named lost."""

import numpy as np
import pytest

from ingest.contract.identity import DeviceId
from ingest.contract.quality import Quality
from ingest.contract.ranges import Ranges
from ingest.storage.block import Block
from ingest.storage.memory import MemoryStore
from simulators.drill.comparison import DEVICE_CLASS, Named, Values, compare, read_back
from simulators.drill.taken import Key, Log, Taken

BOOT = ("gw", "b1")


def a_record(number: int, **values: float | None) -> Taken:
    return Taken(
        gateway="gw",
        boot="b1",
        number=number,
        device="pv",
        measured_at=number * 1_000_000,
        values=values or {"active_power": 100.0 + number},
    )


def a_log(*records: Taken) -> Log:
    return Log(
        records=list(records), tried={one.key: one.doubtful for one in records}, said=len(records)
    )


def as_kept(*records: Taken) -> dict[Key, Values]:
    return {one.key: one.values for one in records}


@pytest.mark.parametrize(
    ("named", "place"),
    [
        pytest.param(Named(), "lost", id="nowhere"),
        pytest.param(Named(quarantined={BOOT: Ranges.of((2, 2))}), "quarantined", id="refused"),
        pytest.param(Named(thinned={BOOT: Ranges.of((1, 9))}), "thinned", id="thinned"),
        pytest.param(Named(held={BOOT: Ranges.of((2, 3))}), "pending", id="still held"),
        pytest.param(Named(held={("gw", "b2"): Ranges.of((2, 3))}), "lost", id="held of another"),
    ],
)
def test_what_is_not_in_the_store_is_where_somebody_names_it_or_lost(
    named: Named, place: str
) -> None:
    log = a_log(a_record(1), a_record(2))

    found = compare(log, everything=log, kept=as_kept(a_record(1)), named=named)

    assert (found.taken, found.stored) == (2, 1)
    assert found.lost == ([a_record(2)] if place == "lost" else [])
    if place != "lost":
        assert getattr(found, place) == 1


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        pytest.param({"active_power": 5.0}, {"active_power": 5.5}, id="another value"),
        pytest.param({"active_power": 5.0, "frequency": 50.0}, {"active_power": 5.0}, id="a gap"),
        pytest.param({"active_power": 5.0}, {"active_power": None}, id="missing instead"),
        pytest.param({"active_power": None}, {"active_power": 0.0}, id="zero for missing"),
        pytest.param({"active_power": None}, {}, id="missing and not said"),
    ],
)
def test_a_record_is_lost_when_one_of_its_readings_is_not_what_was_said(
    said: Values, kept: Values
) -> None:
    log = a_log(a_record(1, **said))

    found = compare(log, everything=log, kept={("pv", 1_000_000): kept}, named=Named())

    assert len(found.lost) == 1


def test_what_nobody_took_was_stored_under_another_key() -> None:
    log = a_log(a_record(1))

    found = compare(log, everything=log, kept=as_kept(a_record(1), a_record(7)), named=Named())

    assert found.invented == [("pv", 7_000_000)]


def test_what_was_tried_and_cut_off_may_be_in_the_store() -> None:
    log = a_log(a_record(1))
    log.tried[a_record(2).key] = frozenset()

    found = compare(log, everything=log, kept=as_kept(a_record(1), a_record(2)), named=Named())

    assert (found.taken, found.lost, found.invented) == (1, [], [])


def test_missing_readings_are_read_back_as_such() -> None:
    store = MemoryStore()
    store.write(
        [
            Block(
                device_class=DEVICE_CLASS,
                names=[DeviceId("pv")],
                devices=np.array([0, 0], np.int32),
                measured_at=np.array([1_000_000, 2_000_000], np.int64),
                values={
                    "active_power": np.array([5.0, 6.0]),
                    "frequency": np.array([np.nan, np.nan]),
                },
                flags={
                    "active_power": np.array([Quality.GOOD, Quality.BAD], np.int8),
                    "frequency": np.array([Quality.MISSING, 0], np.int8),
                },
            )
        ]
    )

    assert read_back(store, ["pv"]) == {
        ("pv", 1_000_000): {"active_power": 5.0, "frequency": None},
        ("pv", 2_000_000): {"active_power": 6.0},
    }
