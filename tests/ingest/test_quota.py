"""A flood of what cannot be stored: bounded, counted, and nobody else's trouble."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest import quarantine
from ingest.archive import Message
from ingest.contract.identity import DeviceId
from ingest.contract.ranges import Ranges
from ingest.control import Desk, EntryClosedError
from ingest.pipeline import Pipeline
from ingest.quarantine import BEYOND, Quarantined, State
from ingest.quota import USUAL, Quota
from tests.builders import a_device, a_registry
from tests.ingest.arrivals import NOW, a_chunk, a_message, a_part
from tests.ingest.embedded import a_pipeline, account_of
from tests.ingest.test_replay import a_desk

SMALL = Quota(apart=2, entries=4)


def entries(pipeline: Pipeline) -> Sequence[Quarantined]:
    with pipeline.catalog.connect() as connection:
        return quarantine.entries(connection)


def garbage(number: int, gateway: str = "kh-gw-1", at: datetime = NOW) -> list[Message]:
    return [a_message(b"\x00%d" % place, gateway=gateway, at=at) for place in range(number)]


def told(found: Sequence[Quarantined]) -> list[tuple[str | None, State, int]]:
    return [(one.gateway, one.state, one.refusals) for one in found]


@pytest.mark.parametrize("group", [1, 3, 20], ids=lambda size: f"groups of {size}")
def test_a_flood_of_garbage_is_counted_beyond_its_quota_and_others_are_not(
    tmp_path: Path, group: int
) -> None:
    with a_pipeline(tmp_path, a_registry()) as ordinary:
        pipeline = replace(ordinary, quota=SMALL)
        flood = garbage(20)
        for first in range(0, len(flood), group):
            list(pipeline.commit(flood[first : first + group]))
        list(pipeline.commit([*garbage(1, "kh-gw-2"), a_message(a_chunk(a_part()))]))

        found = entries(pipeline)
        account = account_of(pipeline)

    assert told(found) == [
        *[("kh-gw-1", State.OPEN, 1)] * 4,
        ("kh-gw-1", State.COUNTED, 16),
        ("kh-gw-2", State.OPEN, 1),
    ]
    assert (found[4].reason, found[4].numbers.count) == (BEYOND, 0)
    assert (account.stored, account.balanced) == (3, True)


def test_the_entry_that_counts_points_at_the_first_of_those_it_counts(tmp_path: Path) -> None:
    with a_pipeline(tmp_path, a_registry()) as ordinary:
        pipeline = replace(ordinary, quota=SMALL)
        list(pipeline.commit(garbage(3)))
        list(pipeline.commit(garbage(5)))
        counted = entries(pipeline)[-1]

        assert pipeline.archive.message(counted.place, counted.index).payload == b"\x001"


def test_every_day_has_its_own_quota(tmp_path: Path) -> None:
    tomorrow = NOW + timedelta(days=1)
    with a_pipeline(tmp_path, a_registry()) as ordinary:
        pipeline = replace(ordinary, quota=SMALL)
        list(pipeline.commit(garbage(6)))
        list(pipeline.commit(garbage(5, at=tomorrow)))
        found = entries(pipeline)

    assert [(one.state, one.refusals) for one in found] == [
        *[(State.OPEN, 1)] * 4,
        (State.COUNTED, 2),
        *[(State.OPEN, 1)] * 4,
        (State.COUNTED, 1),
    ]


def a_poll_of_strangers(first: int) -> Message:
    """Three records of three devices that the registry does not have."""
    parts = [
        a_part([60.0], first=first + place, device=f"kh-lamp-{place + 7}") for place in range(3)
    ]
    return a_message(a_chunk(*parts, days={"2026-10-30": [1, 99]}, head=99))


def test_beyond_the_first_bound_what_is_refused_of_a_message_shares_an_entry(
    tmp_path: Path,
) -> None:
    with a_pipeline(tmp_path, a_registry()) as ordinary:
        pipeline = replace(ordinary, quota=SMALL)
        list(pipeline.commit([a_poll_of_strangers(1), a_poll_of_strangers(4)]))
        list(pipeline.commit([a_poll_of_strangers(7)]))
        found = entries(pipeline)
        account = account_of(pipeline)

        assert [(one.numbers, one.refusals, one.state) for one in found] == [
            (Ranges.of((1, 1)), 1, State.OPEN),
            (Ranges.of((2, 2)), 1, State.OPEN),
            (Ranges.of((3, 3)), 1, State.OPEN),
            (Ranges.of((4, 6)), 3, State.OPEN),
            (Ranges(), 3, State.COUNTED),
        ]
        assert found[3].reason == "unknown device kh-lamp-7 (and 2 more reasons)"
        assert (account.quarantined, account.balanced) == (9, True)


def test_a_shared_entry_is_replayed_like_any_other(tmp_path: Path) -> None:
    names = [f"kh-lamp-{place}" for place in (7, 8, 9)]
    with a_pipeline(tmp_path, a_registry()) as ordinary:
        pipeline = replace(ordinary, quota=Quota(apart=0, entries=4))
        list(pipeline.commit([a_poll_of_strangers(1)]))
        knowing = a_registry(*(a_device(DeviceId(name)) for name in names))
        pipeline = replace(pipeline, registry=lambda: knowing)

        (outcome,) = a_desk(pipeline).replay([], actor="operator")

        assert (outcome.state, outcome.taken, outcome.left) == (State.REPLAYED, 3, 0)
        assert (account_of(pipeline).stored, account_of(pipeline).quarantined) == (3, 0)


def test_what_is_only_counted_can_be_neither_replayed_nor_dropped(tmp_path: Path) -> None:
    with a_pipeline(tmp_path, a_registry()) as ordinary:
        pipeline = replace(ordinary, quota=Quota(apart=0, entries=0))
        list(pipeline.commit([a_poll_of_strangers(1)]))
        desk: Desk = a_desk(pipeline)

        assert desk.replay([], actor="operator") == []
        with pytest.raises(EntryClosedError, match="counted"):
            desk.drop(1, actor="operator", why="a flood")
        assert (entries(pipeline)[0].state, account_of(pipeline).quarantined) == (State.COUNTED, 3)


def test_three_hundred_strangers_for_a_day_can_all_be_replayed() -> None:
    """Every 5 minutes one message of 300 refusals: apart from the first 1,000, one entry each."""
    messages = 24 * 12

    assert USUAL.apart + messages < USUAL.entries
