"""A store made whole from the archive is the one that was lost, whatever came in between."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest import feed
from ingest.archive import ArchiveDamagedError, Message
from ingest.contract.identity import BootId, DeviceId, GatewayId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from ingest.contract.ranges import Ranges
from ingest.control import Desk, Form
from ingest.pipeline import Pipeline, Step
from ingest.rebuilding import NothingRegisteredError, Rebuilt, rebuild
from ingest.registry.registry import Registry
from ingest.storage.block import Block
from ingest.storage.columns import taken
from ingest.storage.memory import MemoryStore
from ingest.storage.port import ReadingsRejectedError
from tests.builders import a_device, a_registry
from tests.ingest.arrivals import EVENING_MS, NOW, a_chunk, a_message, a_part
from tests.ingest.embedded import a_pipeline, account_of

_SPAN = Period(0, micros(NOW))
_IGNORANT = a_registry(a_device("kh-lamp-2"))
_KNOWING = a_registry(a_device("kh-lamp-2"), a_device("kh-lamp-1"))
_KEY = (GatewayId("kh-gw-1"), BootId("boot-1"))


def kept(pipeline: Pipeline, device: str = "kh-lamp-1") -> list[float]:
    """Return the lamp's load power as the store has it."""
    block = pipeline.store.read(DeviceClass.STREETLIGHT, [DeviceId(device)], _SPAN)
    return block.values["load_power"].tolist() if len(block) else []


def commit(pipeline: Pipeline, *messages: Message) -> None:
    """Take messages in as one group."""
    list(pipeline.commit(messages))


def without_store(pipeline: Pipeline) -> Pipeline:
    """Return the pipeline with an empty store in place of the one it had."""
    return replace(pipeline, store=MemoryStore())


def knowing(pipeline: Pipeline) -> Pipeline:
    """Return the pipeline when the lamp has been entered in the registry."""
    return replace(pipeline, registry=lambda: _KNOWING)


def a_desk(pipeline: Pipeline) -> Desk:
    """Return what carries decisions out over a pipeline."""

    def carry_out(form: Form) -> None:
        if messages := form():
            commit(pipeline, *messages)

    find = pipeline.archive.message
    return Desk(
        catalog=pipeline.catalog,
        clock=pipeline.clock,
        commit=carry_out,
        find=find,
        store=pipeline.store,
        registry=pipeline.registry,
    )


def test_what_was_stored_is_written_again_and_counted_as_before(tmp_path: Path) -> None:
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        commit(pipeline, a_message(a_chunk(a_part([60.0, 61.0]))))
        commit(pipeline, a_message(a_chunk(a_part([62.0, "x"], first=3))), a_message(b"rubbish"))
        before, account = kept(pipeline), account_of(pipeline)
        with pipeline.catalog.begin() as connection:
            feed.delete(connection, feed.changes(connection))
        again = without_store(pipeline)

        rebuilt = rebuild(again)

        assert kept(again) == before == [60.0, 61.0, 62.0]
        assert rebuilt == Rebuilt(written=3, taken_in=0, lost={})
        assert account_of(again) == account
        with again.catalog.connect() as connection:
            changes = feed.changes(connection)
        assert [(one.device, one.records, one.readings) for one in changes] == [("kh-lamp-1", 0, 0)]


def test_what_is_in_quarantine_stays_there_though_the_registry_knows_better_by_now(
    tmp_path: Path,
) -> None:
    """A figure does not change because a store was lost: only a replay lets records in."""
    with a_pipeline(tmp_path, _IGNORANT) as pipeline:
        commit(pipeline, a_message(a_chunk(a_part(), a_part([7.0], first=4, device="kh-lamp-2"))))
        account = account_of(pipeline)
        again = without_store(knowing(pipeline))

        rebuild(again)

        assert (kept(again), kept(again, "kh-lamp-2")) == ([], [7.0])
        assert account_of(again) == account


def test_what_was_dropped_stays_dropped(tmp_path: Path) -> None:
    with a_pipeline(tmp_path, _IGNORANT) as pipeline:
        commit(pipeline, a_message(a_chunk(a_part())))
        a_desk(pipeline).drop(1, actor="operator", why="a test bench")
        again = without_store(knowing(pipeline))

        assert rebuild(again).written == 0
        assert kept(again) == []


def test_a_correction_before_a_replay_gives_way_as_it_did(tmp_path: Path) -> None:
    """The archive's order decides: quarantined, corrected, replayed; all in one group to write."""
    with a_pipeline(tmp_path, _IGNORANT) as ignorant:
        commit(ignorant, a_message(a_chunk(a_part())))
        pipeline = knowing(ignorant)
        correction = a_part([99.0], first=4, measured_at=[EVENING_MS])
        commit(pipeline, a_message(a_chunk(correction)))
        a_desk(pipeline).replay([], actor="operator")
        last = a_part([50.0], first=5, measured_at=[EVENING_MS + 300_000])
        commit(pipeline, a_message(a_chunk(last)))
        again = without_store(pipeline)

        rebuild(again)

        assert kept(again) == kept(pipeline) == [60.0, 50.0, 62.0]


def test_a_replay_writes_its_own_records_again_and_not_its_neighbors(tmp_path: Path) -> None:
    """The other lamp's record of the same chunk was corrected before the replay."""
    with a_pipeline(tmp_path, _IGNORANT) as ignorant:
        other = a_part([7.0], first=4, device="kh-lamp-2")
        commit(ignorant, a_message(a_chunk(a_part(), other)))
        pipeline = knowing(ignorant)
        correction = other | {"number": [5], "values": {"load_power": [8.0]}}
        commit(pipeline, a_message(a_chunk(correction)))
        a_desk(pipeline).replay([], actor="operator")
        again = without_store(pipeline)

        rebuild(again)

        assert kept(again) == kept(pipeline) == [60.0, 61.0, 62.0]
        assert kept(again, "kh-lamp-2") == kept(pipeline, "kh-lamp-2") == [8.0]


def test_a_record_that_came_again_after_its_correction_does_not_win(tmp_path: Path) -> None:
    first = a_message(a_chunk(a_part([60.0])))
    correction = a_chunk(a_part([99.0], first=2, measured_at=[EVENING_MS]))
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        for message in (first, a_message(correction), first):
            commit(pipeline, message)
        again = without_store(pipeline)

        rebuild(again)

        assert kept(again) == kept(pipeline) == [99.0]


@pytest.mark.parametrize("done", [Step.ARCHIVED, Step.STORED])
def test_what_the_catalog_does_not_know_is_taken_in_behind_it(tmp_path: Path, done: Step) -> None:
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        commit(pipeline, a_message(a_chunk(a_part([60.0]))))
        for step in pipeline.commit([a_message(a_chunk(a_part([61.0], first=2)))]):
            if step is done:
                break
        again = without_store(pipeline)

        rebuilt = rebuild(again)

        assert (rebuilt.written, rebuilt.taken_in) == (1, 1)
        assert kept(again) == [60.0, 61.0]
        assert account_of(again).stored == 2


def test_a_store_that_lost_a_part_is_made_whole_too(tmp_path: Path) -> None:
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        commit(pipeline, a_message(a_chunk(a_part([60.0, 61.0]))))
        again = without_store(pipeline)
        again.store.write([_of_the_lamp(pipeline, row=1)])

        rebuild(again)

        assert kept(again) == [60.0, 61.0]


def test_what_the_archive_does_not_have_any_more_is_named(tmp_path: Path) -> None:
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        commit(pipeline, a_message(a_chunk(a_part())))
    (path,) = (tmp_path / "archive").iterdir()
    path.unlink()

    with a_pipeline(tmp_path, a_registry()) as pipeline:
        assert rebuild(pipeline).lost == {_KEY: Ranges.of((1, 3))}


def test_a_damaged_archive_is_not_taken_for_whole(tmp_path: Path) -> None:
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        for number in (1, 2, 3):
            commit(pipeline, a_message(a_chunk(a_part([60.0], first=number))))
        (path,) = (tmp_path / "archive").iterdir()
        raw = bytearray(path.read_bytes())
        raw[len(raw) // 2] ^= 1
        path.write_bytes(raw)

        with pytest.raises(ArchiveDamagedError):
            rebuild(without_store(pipeline))


def test_without_a_registry_nothing_is_touched(tmp_path: Path) -> None:
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        commit(pipeline, a_message(a_chunk(a_part())))
        again = replace(without_store(pipeline), registry=Registry)

        with pytest.raises(NothingRegisteredError, match="import the registry first"):
            rebuild(again)

        assert account_of(again).stored == 3


class _PickyStore(MemoryStore):
    """Keeps everything but 61 W."""

    def write(self, blocks: Sequence[Block]) -> None:
        for block in blocks:
            disliked = block.values["load_power"] == 61.0
            super().write([taken(block, ~disliked)])
            if disliked.any():
                raise ReadingsRejectedError("61 W", refused=taken(block, disliked))


def test_what_another_store_refuses_is_named_and_the_rest_is_written(tmp_path: Path) -> None:
    with a_pipeline(tmp_path, a_registry()) as pipeline:
        commit(pipeline, a_message(a_chunk(a_part())))
        again = replace(pipeline, store=_PickyStore())

        rebuilt = rebuild(again)

        assert rebuilt.lost == {_KEY: Ranges.of((2, 2))}
        assert kept(again) == [60.0, 62.0]


def _of_the_lamp(pipeline: Pipeline, *, row: int) -> Block:
    block = pipeline.store.read(DeviceClass.STREETLIGHT, [DeviceId("kh-lamp-1")], _SPAN)
    return taken(block, np.array([row]))
