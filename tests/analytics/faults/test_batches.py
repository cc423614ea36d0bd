"""Live and in replay the same readings make the same faults."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.faults.fast import Memory, judge
from analytics.faults.fault import Fault
from analytics.faults.seen import Seen
from ingest.storage.block import Block
from tests.analytics.faults.zone import NOON, Column, lamps, readings, sets, stations

_STEPS = 60
_FLEETS = {"lamps": lamps(7), "sets": sets(6), "stations": stations(2)}


def _columns(seed: int, kind: str) -> dict[str, Column]:
    """Return readings in which devices fail and recover at random, for a while each."""
    chance = np.random.default_rng(seed)
    shape = len(_FLEETS[kind]), _STEPS
    ailing = np.repeat(chance.random((shape[0], _STEPS // 10)) < 0.3, 10, axis=1)
    missing = np.where(chance.random(shape) < 0.1, np.nan, 0.0)
    if kind == "lamps":
        return {
            "load_power": np.where(ailing, 60.0, 0.0) + missing,
            "pv_power": np.where(ailing, 0.0, 100.0) + missing,
            "battery_soc": np.full(shape, 60.0),
            "fault_word": np.where(ailing, 32.0, 0.0),
            "energy_used": np.cumsum(np.where(chance.random(shape) < 0.05, 9.0, 0.0), axis=1),
        }
    if kind == "sets":
        return {"active_power": np.where(ailing, 0.0, 4_000.0) + missing}
    return {
        "pm25": np.where(ailing, 50.0, 20.0 + chance.normal(0, 1, shape)) + missing,
        "pm10": np.full(shape, 40.0),
        "humidity": np.where(ailing, 95.0, 70.0) + missing,
    }


def _until(whole: Seen, end: int) -> Seen:
    """Return the readings that are there by an instant."""
    kept = whole.at < end
    block = Block(
        device_class=whole.block.device_class,
        names=whole.block.names,
        devices=whole.block.devices[kept],
        measured_at=whole.block.measured_at[kept],
        values={name: values[kept] for name, values in whole.block.values.items()},
        flags={name: flags[kept] for name, flags in whole.block.flags.items()},
    )
    return replace(
        whole,
        block=block,
        device=whole.device[kept],
        at=whole.at[kept],
        received_at=whole.received_at[kept],
    )


@pytest.mark.parametrize("kind", list(_FLEETS))
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1_000), st.sets(st.integers(1, _STEPS - 1), max_size=6))
def test_any_batches_make_the_same_faults(kind: str, seed: int, cuts: set[int]) -> None:
    every = 15 if kind == "stations" else 5
    whole = readings(_FLEETS[kind], _columns(seed, kind), start=NOON, every=every)
    at = np.unique(whole.at)
    edges = [int(at[0]), *(int(at[cut]) for cut in sorted(cuts)), int(at[-1]) + 1]

    expected, _ = judge(whole, {}, since=0)

    found: dict[tuple[str, str, int], Fault] = {}
    memory: Memory = {}
    for since, end in pairwise(edges):
        faults, memory = judge(_until(whole, end), memory, since=since)
        found |= {(each.rule, each.subject, each.began_at): each for each in faults}
    assert found == {(each.rule, each.subject, each.began_at): each for each in expected}
