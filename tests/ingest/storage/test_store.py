"""What every reading store promises, whichever adapter keeps it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.contract.quality import Quality
from ingest.storage.block import Block, Reading, empty
from ingest.storage.port import ReadingsRejectedError, ReadingStore
from tests.ingest.storage.blocks import (
    ALWAYS,
    Kept,
    Row,
    a_block,
    a_row,
    at,
    flat,
    keep,
    kept_in,
    latest_of,
)

LAMP = DeviceId("lamp-1")
LAMPS = [DeviceId(f"lamp-{number}") for number in range(1, 4)]
STREETLIGHT = DeviceClass.STREETLIGHT


def all_of(store: ReadingStore, device_class: DeviceClass = STREETLIGHT) -> Kept:
    return kept_in(store.read(device_class, LAMPS, ALWAYS))


def test_what_was_written_can_be_read(store: ReadingStore) -> None:
    store.write([a_block(a_row(load_power=60.5, lamp_on=1.0))])

    assert all_of(store) == {
        ("lamp-1", "load_power", 0): ((60.5).hex(), 1),
        ("lamp-1", "lamp_on", 0): ((1.0).hex(), 1),
    }


def test_the_same_twice_is_kept_once(store: ReadingStore) -> None:
    store.write([a_block(a_row())])
    store.write([a_block(a_row())])

    assert len(store.read(STREETLIGHT, LAMPS, ALWAYS)) == 1


def test_the_last_one_wins(store: ReadingStore) -> None:
    store.write([a_block(a_row(load_power=60.0))])
    store.write([a_block(a_row(load_power=0.0))])

    assert all_of(store) == {("lamp-1", "load_power", 0): ((0.0).hex(), 1)}


def test_the_last_one_wins_within_a_block(store: ReadingStore) -> None:
    store.write([a_block(a_row(load_power=60.0), a_row(minute=5), a_row(load_power=1.0))])

    assert all_of(store)["lamp-1", "load_power", 0] == ((1.0).hex(), 1)


def test_the_last_one_wins_over_the_blocks_of_a_write(store: ReadingStore) -> None:
    store.write([a_block(a_row(load_power=60.0)), a_block(a_row(load_power=1.0))])

    assert all_of(store) == {("lamp-1", "load_power", 0): ((1.0).hex(), 1)}


def test_a_write_may_bring_both_what_is_there_and_what_is_not(store: ReadingStore) -> None:
    store.write([a_block(a_row(minute=0), a_row(minute=5))])
    store.write([a_block(a_row(minute=5, load_power=1.0), a_row(minute=10, load_power=2.0))])

    assert all_of(store) == {
        ("lamp-1", "load_power", 0): ((60.0).hex(), 1),
        ("lamp-1", "load_power", 5): ((1.0).hex(), 1),
        ("lamp-1", "load_power", 10): ((2.0).hex(), 1),
    }


def test_two_partial_records_of_an_instant_unite(store: ReadingStore) -> None:
    store.write([a_block(a_row(load_power=60.0, battery_soc=80.0))])
    store.write([a_block(a_row(lamp_on=1.0, battery_soc=79.0))])

    assert all_of(store) == {
        ("lamp-1", "load_power", 0): ((60.0).hex(), 1),
        ("lamp-1", "lamp_on", 0): ((1.0).hex(), 1),
        ("lamp-1", "battery_soc", 0): ((79.0).hex(), 1),
    }


def test_two_partial_records_of_one_block_unite(store: ReadingStore) -> None:
    store.write([a_block(a_row(load_power=60.0), a_row(lamp_on=1.0))])

    assert all_of(store) == {
        ("lamp-1", "load_power", 0): ((60.0).hex(), 1),
        ("lamp-1", "lamp_on", 0): ((1.0).hex(), 1),
    }


@pytest.mark.parametrize(
    ("minute", "read"),
    [
        pytest.param(-1, False, id="before the start"),
        pytest.param(0, True, id="the start belongs to it"),
        pytest.param(59, True, id="just before the end"),
        pytest.param(60, False, id="the end does not belong to it"),
    ],
)
def test_a_period_is_half_open(store: ReadingStore, *, minute: int, read: bool) -> None:
    store.write([a_block(a_row(minute=minute))])

    assert len(store.read(STREETLIGHT, LAMPS, Period(at(0), at(60)))) == int(read)


def test_an_empty_period_holds_nothing(store: ReadingStore) -> None:
    store.write([a_block(a_row())])

    assert len(store.read(STREETLIGHT, LAMPS, Period(at(0), at(0)))) == 0


def test_what_comes_late_takes_its_place_in_time(store: ReadingStore) -> None:
    store.write([a_block(a_row(minute=600))])
    store.write([a_block(a_row(minute=-600), a_row(minute=0))])

    block = store.read(STREETLIGHT, LAMPS, ALWAYS)

    assert block.measured_at.tolist() == [at(-600), at(0), at(600)]


def test_a_flag_can_be_set_and_taken_back(store: ReadingStore) -> None:
    seen = []
    for flag in (Quality.GOOD, Quality.SUSPECT, Quality.GOOD):
        store.write([a_block(a_row(load_power=(60.0, flag)))])
        seen.append(all_of(store)["lamp-1", "load_power", 0])

    assert seen == [((60.0).hex(), 1), ((60.0).hex(), 3), ((60.0).hex(), 1)]


def test_a_missing_reading_is_not_a_number_and_can_be_filled_in(store: ReadingStore) -> None:
    store.write([a_block(a_row(load_power=nan))])
    missing = store.read(STREETLIGHT, LAMPS, ALWAYS)
    store.write([a_block(a_row(load_power=60.0))])

    assert isnan(missing.values["load_power"][0])
    assert missing.flags["load_power"].tolist() == [9]
    assert all_of(store) == {("lamp-1", "load_power", 0): ((60.0).hex(), 1)}


def test_a_value_that_is_taken_back_leaves_no_trace(store: ReadingStore) -> None:
    store.write([a_block(a_row(load_power=60.0))])
    store.write([a_block(a_row(load_power=nan))])

    assert all_of(store) == {("lamp-1", "load_power", 0): ("nan", 9)}


def test_a_row_that_says_nothing_of_a_metric_changes_nothing(store: ReadingStore) -> None:
    store.write([a_block(a_row(load_power=60.0))])
    store.write([a_block(a_row(load_power=(5.0, 0), lamp_on=1.0))])

    assert all_of(store)["lamp-1", "load_power", 0] == ((60.0).hex(), 1)


def test_a_value_without_a_flag_is_not_a_reading(store: ReadingStore) -> None:
    store.write([a_block(a_row(load_power=(5.0, 0), lamp_on=1.0))])
    block = store.read(STREETLIGHT, LAMPS, ALWAYS, ["load_power", "lamp_on"])

    assert list(block.values) == ["lamp_on"]


def test_there_is_no_number_where_nothing_was_said(store: ReadingStore) -> None:
    store.write([a_block(a_row(minute=0), a_row(minute=5, load_power=(5.0, 0), lamp_on=1.0))])
    block = store.read(STREETLIGHT, LAMPS, ALWAYS)

    assert block.flags["load_power"].tolist() == [1, 0]
    assert np.isnan(block.values["load_power"]).tolist() == [False, True]
    assert np.isnan(block.values["lamp_on"]).tolist() == [True, False]


@pytest.mark.parametrize("value", [-0.0, 0.0, 5e-324, -1.7976931348623157e308, 0.1 + 0.2, inf])
def test_values_come_back_to_the_last_bit(store: ReadingStore, value: float) -> None:
    store.write([a_block(a_row(load_power=value))])

    assert all_of(store) == {("lamp-1", "load_power", 0): (value.hex(), 1)}


def test_the_order_is_by_device_and_instant(store: ReadingStore) -> None:
    store.write(
        [
            a_block(a_row("lamp-2", 5), a_row("lamp-1", 5), a_row("lamp-2", 0)),
            a_block(a_row("lamp-1", 0), a_row("lamp-10", 0)),
        ]
    )

    block = store.read(STREETLIGHT, [DeviceId("lamp-10"), *LAMPS], ALWAYS)

    assert list(block.names) == ["lamp-1", "lamp-10", "lamp-2"]
    assert block.devices.tolist() == [0, 0, 1, 2, 2]
    assert block.measured_at.tolist() == [at(0), at(5), at(0), at(0), at(5)]


def test_only_the_devices_asked_for_are_returned(store: ReadingStore) -> None:
    store.write([a_block(a_row("lamp-1"), a_row("lamp-2"), a_row("lamp-3"))])

    block = store.read(STREETLIGHT, [LAMPS[2], LAMPS[1], LAMPS[1]], ALWAYS)

    assert list(block.names) == ["lamp-2", "lamp-3"]
    assert len(block) == 2


def test_only_the_metrics_asked_for_are_returned(store: ReadingStore) -> None:
    store.write([a_block(a_row(minute=0, load_power=60.0), a_row(minute=5, lamp_on=1.0))])

    block = store.read(STREETLIGHT, LAMPS, ALWAYS, ["lamp_on", "pv_power", "no_such_metric"])

    assert kept_in(block) == {("lamp-1", "lamp_on", 5): ((1.0).hex(), 1)}
    assert list(block.values) == list(block.flags) == ["lamp_on"]
    assert len(block) == 1


def test_no_metrics_asked_for_is_nothing_returned(store: ReadingStore) -> None:
    store.write([a_block(a_row())])

    assert len(store.read(STREETLIGHT, LAMPS, ALWAYS, [])) == 0


@pytest.mark.parametrize("devices", [[], [DeviceId("lamp-9")]], ids=["no devices", "unknown"])
def test_nothing_found_is_an_empty_block(store: ReadingStore, devices: list[DeviceId]) -> None:
    store.write([a_block(a_row())])

    block = store.read(STREETLIGHT, devices, ALWAYS)

    assert (len(block), list(block.names), dict(block.values)) == (0, [], {})
    assert list(store.latest(STREETLIGHT, devices)) == []


def test_an_empty_store_answers(store: ReadingStore) -> None:
    assert len(store.read(STREETLIGHT, LAMPS, ALWAYS)) == 0
    assert list(store.latest(STREETLIGHT, LAMPS)) == []


@pytest.mark.parametrize("blocks", [[], [empty(STREETLIGHT)]], ids=["no blocks", "empty block"])
def test_writing_nothing_is_no_error(store: ReadingStore, blocks: Sequence[Block]) -> None:
    store.write(blocks)

    assert all_of(store) == {}


def test_device_classes_are_kept_apart(store: ReadingStore) -> None:
    school = DeviceClass.SCHOOL_PV
    store.write([a_block(a_row(reachable=1.0)), a_block(a_row(reachable=0.0), device_class=school)])

    assert all_of(store) == {("lamp-1", "reachable", 0): ((1.0).hex(), 1)}
    assert all_of(store, school) == {("lamp-1", "reachable", 0): ((0.0).hex(), 1)}


@pytest.mark.parametrize("device_class", DeviceClass)
def test_every_device_class_can_be_kept(store: ReadingStore, device_class: DeviceClass) -> None:
    store.write([a_block(a_row(reachable=1.0), device_class=device_class)])

    assert len(store.read(device_class, LAMPS, ALWAYS)) == 1


def test_a_metric_of_another_class_is_refused_and_nothing_of_its_write_kept(
    store: ReadingStore,
) -> None:
    stray = a_block(a_row(odometer=12.0))

    with pytest.raises(ReadingsRejectedError, match="odometer") as refusal:
        store.write([a_block(a_row()), stray])

    assert refusal.value.refused is stray
    assert all_of(store) == {}


def test_the_latest_is_told_of_each_metric_ever_given(store: ReadingStore) -> None:
    store.write([a_block(a_row("lamp-2", 0, load_power=60.0, battery_soc=80.0))])
    store.write(
        [a_block(a_row("lamp-2", 5, load_power=(61.0, 3)), a_row("lamp-1", 3, lamp_on=nan))]
    )
    store.write([a_block(a_row("lamp-2", -5, load_power=1.0, battery_soc=1.0))])

    assert list(store.latest(STREETLIGHT, LAMPS)) == [
        Reading(
            device=LAMPS[0],
            metric="lamp_on",
            measured_at=at(3),
            value=None,
            quality=Quality.MISSING,
        ),
        Reading(
            device=LAMPS[1],
            metric="battery_soc",
            measured_at=at(0),
            value=80.0,
            quality=Quality.GOOD,
        ),
        Reading(
            device=LAMPS[1],
            metric="load_power",
            measured_at=at(5),
            value=61.0,
            quality=Quality.SUSPECT,
        ),
    ]


def test_a_block_may_be_changed_by_its_writer_afterwards(store: ReadingStore) -> None:
    block = a_block(a_row())
    store.write([block])
    block.values["load_power"][0] = 1.0
    block.flags["load_power"][0] = 4

    assert all_of(store) == {("lamp-1", "load_power", 0): ((60.0).hex(), 1)}


def test_a_block_that_was_read_may_be_changed_by_its_reader(store: ReadingStore) -> None:
    store.write([a_block(a_row())])
    block = store.read(STREETLIGHT, LAMPS, ALWAYS)
    np.copyto(block.values["load_power"], 1.0)

    assert all_of(store) == {("lamp-1", "load_power", 0): ((60.0).hex(), 1)}


def test_calls_may_come_from_one_thread_after_another(store: ReadingStore) -> None:
    for minute in (0, 5):
        with ThreadPoolExecutor(1) as thread:
            thread.submit(store.write, [a_block(a_row(minute=minute))]).result()

    assert len(store.read(STREETLIGHT, LAMPS, ALWAYS)) == 2
    assert len(store.latest(STREETLIGHT, LAMPS)) == 1


cells = st.one_of(
    st.just(nan),
    st.floats(allow_nan=False),
    st.tuples(st.floats(allow_nan=False), st.sampled_from([0, 1, 2, 3, 4])),
)
rows: st.SearchStrategy[Row] = st.tuples(
    st.sampled_from(LAMPS),
    st.integers(-3, 3),
    st.dictionaries(st.sampled_from(["reachable", "fault_word", "load_power"]), cells),
)
writes = st.lists(st.lists(st.lists(rows, max_size=6), max_size=3), max_size=5)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(writes=writes, start=st.integers(-3, 3), length=st.integers(0, 6))
def test_any_sequence_of_writes_equals_a_plain_dict(
    new_store: Callable[[], ReadingStore],
    writes: list[list[list[Row]]],
    start: int,
    length: int,
) -> None:
    store = new_store()
    model: Kept = {}

    for blocks in writes:
        store.write([a_block(*block) for block in blocks])
        for block in blocks:
            keep(model, block)

    assert all_of(store) == model
    read = store.read(STREETLIGHT, LAMPS[:2], Period(at(start), at(start + length)))
    assert kept_in(read) == {
        (device, metric, minute): kept
        for (device, metric, minute), kept in model.items()
        if device in LAMPS[:2] and start <= minute < start + length
    }
    assert flat(store.latest(STREETLIGHT, LAMPS)) == latest_of(model)
