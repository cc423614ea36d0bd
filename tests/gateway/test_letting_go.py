"""What an outbox lets go of, what never, and that it says so whatever happens to its disk."""

import resource
import sqlite3
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.outbox import Bounds, Outbox
from gateway.outbox_errors import OutboxFullError, RecordTooLargeError
from gateway.turns import Turns
from ingest.contract.ranges import EMPTY, Ranges
from ingest.contract.record import Record
from tests.gateway.builders import FIRST_BOOT, NOON, SECOND_BOOT, a_record, records_of

EVERYTHING = Ranges.of((1, 1_000_000))
DAY = timedelta(days=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.db"


def numbers_in(outbox: Outbox) -> list[int]:
    return [row.number for row in outbox.rows(FIRST_BOOT, within=EVERYTHING, limit=100_000)]


def gauges(count: int, *, start: int) -> list[Record]:
    return records_of("lamp-1", count, start=start)


def said(minute: int, **values: float | None) -> Record:
    return a_record("lamp-1", minute=minute, values=values)


def test_events_and_both_sides_of_a_counters_reset_are_never_thinned(path: Path) -> None:
    records = [
        said(0, lamp_on=0.0, energy_used=5.0),  # 1: the first that is known of both
        said(1, lamp_on=0.0, energy_used=6.0),
        said(2, lamp_on=1.0, energy_used=7.0),  # 3: switched on
        said(3, lamp_on=1.0, energy_used=8.0),
        said(4, lamp_on=1.0, energy_used=9.0),  # 5: the last before the reset
        said(5, lamp_on=1.0, energy_used=0.5),  # 6: the first behind it
        said(6, reachable=0.0),  # 7: an event
        said(7, lamp_on=1.0, energy_used=1.0),
        *gauges(40, start=8),
    ]
    with Outbox(path, boot=FIRST_BOOT, bounds=Bounds(max_records=12)) as outbox:
        for record in records:
            outbox.append([record], entered_at=NOON)

        assert {1, 3, 5, 6, 7} <= set(numbers_in(outbox))
        assert not {4, 8} & set(numbers_in(outbox))
        assert 48 in numbers_in(outbox)
        assert Ranges.from_numbers(numbers_in(outbox)) | outbox.thinned(FIRST_BOOT) == Ranges.of(
            (1, 48)
        )


def test_an_outbox_full_of_events_takes_nothing_more_and_counts_it(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT, bounds=Bounds(max_records=6)) as outbox:
        for minute in range(6):
            outbox.append([said(minute, lamp_on=float(minute % 2))], entered_at=NOON)

        with pytest.raises(OutboxFullError):
            outbox.append(gauges(2, start=10), entered_at=NOON)

        assert outbox.not_taken == 2
        assert numbers_in(outbox) == [1, 2, 3, 4, 5, 6]


COUNTED = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 3), st.booleans()), min_size=1, max_size=60
)


@settings(max_examples=60, deadline=None)
@given(steps=COUNTED)
def test_thinning_changes_neither_what_was_counted_nor_when_a_state_changed(
    steps: list[tuple[int, int, bool]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The sum of a counter's increments, resets beginning at nothing, is the oracle."""
    records: list[Record] = []
    count = 0
    for minute, (state, more, reset) in enumerate(steps):
        count = more if reset else count + more
        records.append(said(minute, lamp_on=float(state), energy_used=float(count)))
    path = tmp_path_factory.mktemp("outbox") / "outbox.db"
    with Outbox(path, boot=FIRST_BOOT, bounds=Bounds(max_records=50)) as outbox:
        outbox.append(records, entered_at=NOON)
        with suppress(OutboxFullError):
            for bound in range(len(outbox), 0, -1):
                outbox._bounds = Bounds(max_records=bound)  # pyright: ignore[reportPrivateUsage]
                outbox.append([a_record("another", minute=bound)], entered_at=NOON)
        rows = outbox.rows(FIRST_BOOT, within=EVERYTHING, limit=1_000)
    kept = [row.record for row in rows if row.record.device == "lamp-1"]

    assert counted(kept) == counted(records)
    assert changes(kept) == changes(records)


def counted(records: list[Record]) -> float:
    readings = [record.values["energy_used"] or 0.0 for record in records]
    return sum(after - before if after >= before else after for before, after in pairwise(readings))


def changes(records: list[Record]) -> list[tuple[int, float | None]]:
    found: list[tuple[int, float | None]] = []
    for record in records:
        if not found or found[-1][1] != record.values["lamp_on"]:
            found.append((record.measured_at, record.values["lamp_on"]))
    return found


def test_a_state_that_is_no_longer_known_has_changed() -> None:
    turns = Turns()

    told = [turns.note(1, key, {"lamp_on": state}) for key, state in enumerate([1.0, None, None])]

    assert told == [{0}, {1}, set()]


def test_thinning_goes_through_the_oldest_half_in_stretches(path: Path) -> None:
    """50,000 records: a stretch is 20,000, of which every second one goes."""
    with Outbox(path, boot=FIRST_BOOT, bounds=Bounds(max_records=50_000)) as outbox:
        outbox.append(gauges(50_000, start=0), entered_at=NOON)
        outbox.append(gauges(1, start=50_000), entered_at=NOON)
        assert outbox.thinned(FIRST_BOOT) == Ranges.from_numbers(range(2, 20_001, 2))

        outbox.append(gauges(10_000, start=50_001), entered_at=NOON)

        # the half ends at number 30,001 now, since 10,000 older ones are gone
        assert outbox.thinned(FIRST_BOOT).within(20_001, 60_001) == Ranges.from_numbers(
            range(20_002, 35_002, 2)
        )


def test_what_entered_too_many_days_ago_goes_but_for_events_and_the_newest(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT, bounds=Bounds(max_days=2)) as outbox:
        outbox.append([said(0, lamp_on=1.0), *gauges(3, start=1)], entered_at=NOON)
        outbox.append([a_record("lamp-2")], entered_at=NOON)
        outbox.append(gauges(1, start=5), entered_at=NOON + DAY)
        assert outbox.thinned(FIRST_BOOT) == EMPTY

        outbox.append(gauges(1, start=6), entered_at=NOON + 9 * DAY)

        assert outbox.thinned(FIRST_BOOT) == Ranges.of((2, 4))
        assert numbers_in(outbox) == [1, 5, 6, 7]
        assert len(outbox) == 4


def test_age_is_counted_across_restarts(path: Path) -> None:
    thinned = EMPTY
    for day, boot in enumerate((FIRST_BOOT, SECOND_BOOT)):
        with Outbox(path, boot=boot, bounds=Bounds(max_days=1)) as outbox:
            outbox.append(gauges(3, start=5 * day), entered_at=NOON + day * DAY)
            thinned = outbox.thinned(FIRST_BOOT)

    assert thinned == Ranges.of((1, 3))


def test_a_clock_that_jumps_for_years_makes_nothing_old(path: Path) -> None:
    years = timedelta(days=3_650)
    with Outbox(path, boot=FIRST_BOOT, bounds=Bounds(max_days=3)) as outbox:
        outbox.append(gauges(3, start=0), entered_at=NOON)
        outbox.append(gauges(3, start=3), entered_at=NOON + years)
    with Outbox(path, boot=SECOND_BOOT, bounds=Bounds(max_days=3)) as outbox:
        for day in range(6):
            outbox.append(gauges(1, start=10 + day), entered_at=NOON + day * DAY)

        assert outbox.thinned(FIRST_BOOT) == EMPTY
        assert outbox.thinned(SECOND_BOOT) == EMPTY


def test_a_disk_that_is_nearly_full_is_left_room_to_forget_what_was_settled(path: Path) -> None:
    free = [10_000_000]
    with Outbox(path, boot=FIRST_BOOT, free=lambda _: free[0]) as outbox:
        outbox.append(gauges(3, start=0), entered_at=NOON)
        free[0] = 8_388_607
        with pytest.raises(OutboxFullError, match="8388607 bytes left on its disk"):
            outbox.append(gauges(4, start=3), entered_at=NOON)
        assert outbox.settle(FIRST_BOOT, Ranges.of((1, 2))) == 2
        free[0] = 8_388_608

        assert outbox.append(gauges(1, start=7), entered_at=NOON) == Ranges.of((4, 4))
        assert outbox.not_taken == 4


def test_a_record_that_is_too_large_is_counted_by_who_gives_it_up(path: Path) -> None:
    huge = a_record(values={f"metric_{place}": 1.0 for place in range(2_000)})
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        with pytest.raises(RecordTooLargeError):
            outbox.append([huge], entered_at=NOON)
        assert outbox.not_taken == 0
        outbox.refuse(1)
        assert outbox.not_taken == 1


LIMITED = """
import os, resource, signal, sys
from pathlib import Path
from gateway.outbox import Outbox
from gateway.outbox_errors import OutboxError
from ingest.contract.ranges import Ranges
from tests.gateway.builders import FIRST_BOOT, NOON, records_of

outbox = Outbox(Path(sys.argv[1]), boot=FIRST_BOOT)
taken = start = 0

def append():
    global taken, start
    records = records_of("lamp-1", 50, start=start)
    start += 50
    try:
        taken += outbox.append(records, entered_at=NOON).count
    except OutboxError:
        return False
    return True

for _ in range(20):
    append()
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), hard))
while append():
    pass
failed = [append() for _ in range(3)]
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
back = append()
print(taken, outbox.not_taken, back, any(failed), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_disk_that_fills_up_costs_what_comes_meanwhile_and_nothing_that_was_taken(
    path: Path,
) -> None:
    """A limit on the size of files stands for the disk: the kernel refuses the write itself."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", LIMITED, str(path), str(1 << 20)]
    told = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert told.stdout, told.stderr
    taken, not_taken, back, failed = told.stdout.split()

    with Outbox(path, boot=SECOND_BOOT) as outbox:
        held = outbox.rows(FIRST_BOOT, within=EVERYTHING, limit=1_000_000)
        account = outbox.account(FIRST_BOOT)

    assert (back, failed) == ("True", "False")
    assert int(not_taken) == 200
    assert [row.number for row in held] == list(range(1, int(taken) + 1))
    assert (account.head, account.low) == (int(taken), 1)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_an_outbox_of_an_earlier_version_is_brought_to_this_one(path: Path) -> None:
    with sqlite3.connect(path) as old:
        old.executescript("""
            CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE boot (
                id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, head INTEGER NOT NULL,
                thinned TEXT NOT NULL
            );
            CREATE TABLE day (
                boot INTEGER NOT NULL, day TEXT NOT NULL, first INTEGER NOT NULL,
                last INTEGER NOT NULL, PRIMARY KEY (boot, day)
            ) WITHOUT ROWID;
            CREATE TABLE device (
                id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, last_ms INTEGER NOT NULL
            );
            CREATE TABLE record (
                entry INTEGER PRIMARY KEY, device INTEGER NOT NULL, measured_ms INTEGER NOT NULL,
                content BLOB NOT NULL
            );
            INSERT INTO boot VALUES (1, 'b20261124t115900-00000001', 4, '[]');
            INSERT INTO day VALUES (1, '2026-11-24', 1, 4);
            INSERT INTO device VALUES (1, 'lamp-1', 1795521600003);
            INSERT INTO record VALUES (1099511627777, 1, 1795521600000, '{"v":{"lamp_on":1.0}}');
            INSERT INTO record VALUES (1099511627778, 1, 1795521600001, '{"v":{"lamp_on":0.0}}');
            INSERT INTO record VALUES (1099511627779, 1, 1795521600002, '{"v":{"lamp_on":0.0}}');
            INSERT INTO record VALUES (1099511627780, 1, 1795521600003, '{"v":{"lamp_on":0.0}}');
        """)
    old.close()

    with Outbox(path, boot=SECOND_BOOT, bounds=Bounds(max_records=4)) as outbox:
        outbox.append([a_record("lamp-1", minute=5)], entered_at=NOON)

        assert outbox.thinned(FIRST_BOOT) == Ranges.of((4, 4))
        assert numbers_in(outbox) == [1, 2, 3]
