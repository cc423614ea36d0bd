"""A quarantined entry taken in again: what moves, what is written, what a rebuild makes of it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest import feed, ledger, quarantine
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from ingest.contract.ranges import Ranges
from ingest.control import ControlError, Desk, EntryClosedError, Form, UnknownEntryError
from ingest.markers import Decision, form_marker
from ingest.pipeline import Pipeline
from ingest.quarantine import State
from ingest.storage.memory import MemoryStore
from ingest.tables import METADATA
from tests.builders import a_device, a_registry
from tests.ingest.arrivals import NOW, a_chunk, a_message, a_part
from tests.ingest.embedded import a_pipeline, account_of

_IGNORANT = a_registry(a_device("kh-lamp-2"))
_KNOWING = a_registry(a_device("kh-lamp-2"), a_device("kh-lamp-1"))


@pytest.fixture
def before(tmp_path: Path) -> Iterator[Pipeline]:
    """A pipeline that put three records of an unknown lamp into quarantine."""
    with a_pipeline(tmp_path, _IGNORANT) as pipeline:
        list(pipeline.commit([a_message(a_chunk(a_part()))]))
        assert account_of(pipeline).quarantined == 3
        yield pipeline


@pytest.fixture
def knowing(before: Pipeline) -> Pipeline:
    """The same, when the lamp has been entered in the registry."""
    return replace(before, registry=lambda: _KNOWING)


def a_desk(pipeline: Pipeline) -> Desk:
    def commit(form: Form) -> None:
        if messages := form():
            list(pipeline.commit(messages))

    return Desk(
        catalog=pipeline.catalog,
        clock=pipeline.clock,
        commit=commit,
        find=pipeline.archive.message,
        store=pipeline.store,
        registry=pipeline.registry,
    )


def kept(pipeline: Pipeline) -> list[float]:
    span = Period(0, micros(NOW))
    block = pipeline.store.read(DeviceClass.STREETLIGHT, [DeviceId("kh-lamp-1")], span)
    return block.values["load_power"].tolist() if len(block) else []


def touched(pipeline: Pipeline) -> list[tuple[int, int]]:
    with pipeline.catalog.connect() as connection:
        return [(one.records, one.readings) for one in feed.changes(connection)]


def rebuilt(pipeline: Pipeline, catalog: sa.Engine) -> Pipeline:
    METADATA.create_all(catalog)
    again = replace(pipeline, store=MemoryStore(), catalog=catalog)
    list(again.recover())
    return again


def test_a_replay_moves_each_record_from_quarantined_to_stored(knowing: Pipeline) -> None:
    (outcome,) = a_desk(knowing).replay([], actor="operator")

    account = account_of(knowing)
    assert (outcome.state, outcome.taken, outcome.left) == (State.REPLAYED, 3, 0)
    assert (account.stored, account.quarantined, account.redelivered) == (3, 0, 0)
    assert account.balanced
    assert kept(knowing) == [60.0, 61.0, 62.0]
    assert touched(knowing) == [(3, 3)]
    with knowing.catalog.connect() as connection:
        (boot,) = ledger.load(connection).values()
        (entry,) = quarantine.entries(connection)
        assert quarantine.defects_of(connection, boot.gateway, [boot.boot]) == {}
    assert (boot.stored, boot.quarantined) == (Ranges.of((1, 3)), Ranges())
    assert (entry.closed_by, entry.closed_at) == ("operator", micros(NOW))


def test_a_closed_entry_is_not_marked_again(knowing: Pipeline) -> None:
    desk = a_desk(knowing)
    desk.replay([], actor="operator")
    archived = len(list(knowing.archive.frames()))

    (again,) = desk.replay([1], actor="operator")

    assert (again.state, again.taken, again.left) == (State.REPLAYED, 0, 0)
    assert desk.replay([], actor="operator") == []
    assert len(list(knowing.archive.frames())) == archived


def test_the_same_decision_twice_in_the_archive_counts_once(knowing: Pipeline) -> None:
    """As two commands at once would leave it, were they not asked in turn."""
    with knowing.catalog.connect() as connection:
        (entry,) = quarantine.entries(connection)
    markers = [form_marker(entry.decided(Decision.REPLAY, actor="operator"), at=micros(NOW))]
    list(knowing.commit([*markers, *markers]))
    list(knowing.commit(markers))

    account = account_of(knowing)
    assert (account.stored, account.quarantined, account.redelivered) == (3, 0, 0)
    assert account.readings == 3
    assert sum(records for records, _ in touched(knowing)) == 3


def test_what_is_still_refused_stays_open(before: Pipeline) -> None:
    (outcome,) = a_desk(before).replay([1], actor="operator")

    assert (outcome.state, outcome.taken, outcome.left) == (State.OPEN, 0, 3)
    assert account_of(before).quarantined == 3
    assert kept(before) == []


def test_a_correction_before_the_replay_gives_way_live_and_rebuilt(knowing: Pipeline) -> None:
    """The archive's order decides, and a rebuild knows the lamp from the start."""
    correction = a_part([99.0], first=4, measured_at=[1_793_358_000_000])
    list(knowing.commit([a_message(a_chunk(correction, days={"2026-10-30": [1, 4]}))]))
    assert kept(knowing) == [99.0]

    a_desk(knowing).replay([], actor="operator")

    catalog = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    again = rebuilt(knowing, catalog)
    assert kept(knowing) == [60.0, 61.0, 62.0]
    assert kept(again) == kept(knowing)
    assert account_of(again).stored == account_of(knowing).stored == 4
    assert sum(records for records, _ in touched(again)) == 4
    catalog.dispose()


def test_a_message_that_could_not_be_read_is_taken_in_whole_once_it_can(
    before: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    chunk = a_chunk(a_part(device="kh-lamp-2"), boot="boot-2", held=["boot-2"])
    with monkeypatch.context() as older:
        older.setattr("ingest.intake.decode", lambda _: {"a": "later form"})
        list(before.commit([a_message(chunk)]))
    with before.catalog.connect() as connection:
        entry = quarantine.entries(connection)[-1]
    assert entry.numbers == Ranges()

    (outcome,) = a_desk(before).replay([entry.id], actor="operator")

    assert (outcome.state, outcome.taken) == (State.REPLAYED, 3)
    assert account_of(before).stored == 3
    assert account_of(before).balanced


def test_rubbish_stays_rubbish(before: Pipeline) -> None:
    list(before.commit([a_message(b"\xffrubbish")]))

    outcome = a_desk(before).replay([2], actor="operator")[0]

    assert (outcome.state, outcome.taken) == (State.OPEN, 0)


def test_what_is_dropped_is_dropped_in_a_rebuild_too(before: Pipeline) -> None:
    desk = a_desk(before)
    desk.drop(1, actor="operator", why="a test bench")

    with pytest.raises(EntryClosedError):
        desk.drop(1, actor="operator", why="again")
    assert desk.replay([1], actor="operator")[0].state is State.DROPPED
    catalog = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    again = rebuilt(before, catalog)
    with catalog.connect() as connection:
        (entry,) = quarantine.entries(connection)
    assert (entry.state, entry.closed_by, entry.why) == (State.DROPPED, "operator", "a test bench")
    assert account_of(again) == account_of(before)
    catalog.dispose()


def test_a_replay_of_what_the_archive_lost_is_refused_before_anything_is_written(
    knowing: Pipeline, tmp_path: Path
) -> None:
    directory = tmp_path / "archive"
    (path,) = directory.iterdir()
    path.rename(directory / "elsewhere")

    with pytest.raises(ControlError, match="entry 1: the archive does not have it"):
        a_desk(knowing).replay([1], actor="operator")

    assert [path.name for path in directory.iterdir()] == ["elsewhere"]
    assert account_of(knowing).quarantined == 3


def test_an_unknown_entry_is_told_before_anything_is_written(before: Pipeline) -> None:
    archived = len(list(before.archive.frames()))

    with pytest.raises(UnknownEntryError):
        a_desk(before).replay([1, 9], actor="operator")

    assert len(list(before.archive.frames())) == archived
