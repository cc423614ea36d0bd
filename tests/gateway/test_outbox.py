"""The outbox's promises: numbered once, on disk when the call returns, kept until acknowledged."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.outbox import Bounds, Outbox
from gateway.outbox_errors import OutboxFullError, OutboxUnavailableError, RecordTooLargeError
from gateway.stretches import Stretches
from ingest.contract.chunk import Account
from ingest.contract.identity import BootId
from ingest.contract.quality import Quality
from ingest.contract.ranges import EMPTY, Ranges
from tests.gateway.builders import FIRST_BOOT, NOON, SECOND_BOOT, a_record, records_of

EVERYTHING = Ranges.of((1, 1_000_000))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.sqlite"


def numbers_in(outbox: Outbox, boot: BootId = FIRST_BOOT) -> list[int]:
    return [row.number for row in outbox.rows(boot, within=EVERYTHING, limit=1_000)]


def test_records_are_numbered_from_one_in_the_order_of_entry(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        first = outbox.append(records_of("lamp-1", 3), entered_at=NOON)
        second = outbox.append([a_record("lamp-2")], entered_at=NOON)

        held = outbox.rows(FIRST_BOOT, within=EVERYTHING, limit=10)

    assert first == Ranges.of((1, 3))
    assert second == Ranges.of((4, 4))
    assert [(row.number, row.record) for row in held] == [
        *enumerate(records_of("lamp-1", 3), start=1),
        (4, a_record("lamp-2")),
    ]


def test_values_flags_and_gaps_come_back_as_they_went_in(path: Path) -> None:
    record = a_record(
        values={"load_power": 12.5, "battery_soc": None},
        quality={"battery_soc": Quality.MISSING},
    )
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append([record], entered_at=NOON)

        assert outbox.rows(FIRST_BOOT, within=EVERYTHING, limit=1)[0].record == record


def test_only_an_exact_repetition_of_a_held_record_is_dropped(path: Path) -> None:
    said = a_record(values={"load_power": 60.0, "battery_soc": 50.0})
    repeated = a_record(values={"battery_soc": 50.0, "load_power": 60.0})
    corrected = a_record(values={"load_power": 61.0, "battery_soc": 50.0})
    flagged = a_record(values=said.values, quality={"load_power": Quality.SUSPECT})

    with Outbox(path, boot=FIRST_BOOT) as outbox:
        assert outbox.append([said, repeated], entered_at=NOON) == Ranges.of((1, 1))
        assert outbox.append([repeated], entered_at=NOON) == EMPTY
        assert outbox.append([corrected, flagged], entered_at=NOON) == Ranges.of((2, 3))
        assert outbox.append([a_record("lamp-2", values=said.values)], entered_at=NOON).count == 1


def test_what_was_settled_is_no_longer_known_as_repeated(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append([a_record()], entered_at=NOON)
        outbox.settle(FIRST_BOOT, Ranges.of((1, 1)))

        assert outbox.append([a_record()], entered_at=NOON) == Ranges.of((2, 2))


def test_a_restart_keeps_records_in_their_boot_and_numbers_anew(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 3), entered_at=NOON)
        outbox.settle(FIRST_BOOT, Ranges.of((2, 2)))
    with Outbox(path, boot=SECOND_BOOT) as outbox:
        assert outbox.append([a_record("lamp-1", minute=9)], entered_at=NOON) == Ranges.of((1, 1))
        assert outbox.held_boots() == (FIRST_BOOT, SECOND_BOOT)
        assert numbers_in(outbox, FIRST_BOOT) == [1, 3]
        assert numbers_in(outbox, SECOND_BOOT) == [1]
        assert outbox.account(FIRST_BOOT) == Account(
            boot=FIRST_BOOT, head=3, low=1, days={date(2026, 11, 24): (1, 3)}
        )
        assert len(outbox) == 3


def test_the_account_tells_the_days_of_entry(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 2), entered_at=NOON)
        outbox.append(records_of("lamp-1", 3, start=2), entered_at=NOON + timedelta(hours=12))

        assert outbox.account(FIRST_BOOT).days == {
            date(2026, 11, 24): (1, 2),
            date(2026, 11, 25): (3, 5),
        }


def test_the_day_of_entry_does_not_go_back_with_the_clock(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append([a_record(minute=0)], entered_at=NOON + timedelta(days=1))
        outbox.append([a_record(minute=1)], entered_at=NOON)

        assert outbox.account(FIRST_BOOT).days == {date(2026, 11, 25): (1, 2)}


def test_settling_raises_low_and_forgets_completed_days(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 2), entered_at=NOON)
        outbox.append(records_of("lamp-1", 2, start=2), entered_at=NOON + timedelta(days=1))

        gone = outbox.settle(FIRST_BOOT, Ranges.of((1, 3)))

        assert gone == 3
        assert outbox.account(FIRST_BOOT) == Account(
            boot=FIRST_BOOT, head=4, low=4, days={date(2026, 11, 25): (3, 4)}
        )


def test_settling_twice_is_settling_once(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 4), entered_at=NOON)
        outbox.settle(FIRST_BOOT, Ranges.of((1, 2), (4, 4)))

        assert outbox.settle(FIRST_BOOT, Ranges.of((1, 2), (4, 4))) == 0
        assert numbers_in(outbox) == [3]
        assert len(outbox) == 1


def test_an_old_boot_is_forgotten_when_all_of_it_is_settled(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 2), entered_at=NOON)
    with Outbox(path, boot=SECOND_BOOT) as outbox:
        outbox.settle(FIRST_BOOT, Ranges.of((1, 2)))

        assert outbox.held_boots() == ()
        assert outbox.settle(FIRST_BOOT, Ranges.of((1, 2))) == 0
        assert outbox.low(SECOND_BOOT) == 1


def test_an_acknowledgement_of_numbers_never_assigned_settles_nothing(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 2), entered_at=NOON)

        with pytest.raises(ValueError, match="3 acknowledged, 2 assigned"):
            outbox.settle(FIRST_BOOT, Ranges.of((1, 3)))
        assert numbers_in(outbox) == [1, 2]


def test_a_full_outbox_thins_the_oldest_half_and_never_the_newest(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT, bounds=Bounds(max_records=12)) as outbox:
        outbox.append(records_of("lamp-1", 12), entered_at=NOON)
        assert outbox.thinned(FIRST_BOOT) == EMPTY

        outbox.append(records_of("lamp-1", 1, start=12), entered_at=NOON)

        assert outbox.thinned(FIRST_BOOT) == Ranges.from_numbers([2, 4, 6])
        assert numbers_in(outbox) == [1, 3, 5, 7, 8, 9, 10, 11, 12, 13]
        assert len(outbox) == 10


def test_thinning_takes_every_second_record_of_each_device(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT, bounds=Bounds(max_records=16)) as outbox:
        for minute in range(9):  # 2 minute + 1 is lamp-1's number, 2 minute + 2 lamp-2's
            both = [a_record("lamp-1", minute=minute), a_record("lamp-2", minute=minute)]
            outbox.append(both, entered_at=NOON)

        assert outbox.thinned(FIRST_BOOT) == Ranges.of((3, 4), (7, 8))


def test_thinning_spans_boots_and_each_keeps_its_own_account(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 6), entered_at=NOON)
    with Outbox(path, boot=SECOND_BOOT, bounds=Bounds(max_records=16)) as outbox:
        outbox.append(records_of("lamp-1", 11, start=6), entered_at=NOON)

        assert outbox.thinned(FIRST_BOOT) == Ranges.from_numbers([2, 4, 6])
        assert outbox.thinned(SECOND_BOOT) == Ranges.from_numbers([2])


def test_bytes_bound_an_outbox_too(path: Path) -> None:
    content = len(b'{"v":{"load_power":60.0}}')
    with Outbox(path, boot=FIRST_BOOT, bounds=Bounds(max_bytes=8 * content)) as outbox:
        outbox.append(records_of("lamp-1", 9), entered_at=NOON)

        assert outbox.thinned(FIRST_BOOT) == Ranges.from_numbers([2, 4])


def test_a_thinned_number_is_open_until_it_is_acknowledged(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT, bounds=Bounds(max_records=4)) as outbox:
        outbox.append(records_of("lamp-1", 5), entered_at=NOON)
        outbox.settle(FIRST_BOOT, Ranges.of((1, 1), (3, 5)))
    with Outbox(path, boot=SECOND_BOOT) as outbox:
        assert outbox.held_boots() == (FIRST_BOOT,)
        assert outbox.account(FIRST_BOOT) == Account(
            boot=FIRST_BOOT,
            head=5,
            low=6,
            thinned=Ranges.of((2, 2)),
            days={date(2026, 11, 24): (1, 5)},
        )

        outbox.settle(FIRST_BOOT, Ranges.of((1, 5)))

        assert outbox.held_boots() == ()


def test_low_stays_below_thinned_numbers_that_are_not_told_yet(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT, bounds=Bounds(max_records=2_000)) as outbox:
        outbox.append(records_of("lamp-1", 2_001), entered_at=NOON)
        thinned = outbox.thinned(FIRST_BOOT)
        outbox.settle(FIRST_BOOT, Ranges.of((1, 2_001)) - thinned)

        account = outbox.account(FIRST_BOOT)

    assert thinned == Ranges.from_numbers(range(2, 1_001, 2))
    assert account.thinned == Ranges.from_numbers(range(2, 801, 2))
    assert account.low == 802


def test_when_nothing_can_be_thinned_the_outbox_is_full_and_keeps_what_it_has(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT, bounds=Bounds(max_records=2)) as outbox:
        outbox.append([a_record("lamp-1"), a_record("lamp-2")], entered_at=NOON)

        with pytest.raises(OutboxFullError, match="3 records"):
            outbox.append([a_record("lamp-3")], entered_at=NOON)
        outbox.settle(FIRST_BOOT, Ranges.of((1, 1)))
        assert outbox.append([a_record("lamp-3")], entered_at=NOON) == Ranges.of((3, 3))
        assert numbers_in(outbox) == [2, 3]


def test_a_full_disk_is_an_error_that_loses_nothing_already_held(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 5), entered_at=NOON)
        database = outbox._db  # pyright: ignore[reportPrivateUsage]
        database.execute("PRAGMA max_page_count = 1")  # no more than it has now
        blob = {"load_power": 1.0} | {f"metric_{place}": 1.0 for place in range(500)}

        with pytest.raises(OutboxFullError, match="full"):
            outbox.append([a_record("lamp-9", values=blob)], entered_at=NOON)
        assert numbers_in(outbox) == [1, 2, 3, 4, 5]

        database.execute("PRAGMA max_page_count = 1000000")
        assert outbox.append([a_record("lamp-9", values=blob)], entered_at=NOON) == Ranges.of(
            (6, 6)
        )


def test_a_record_no_message_could_carry_is_refused(path: Path) -> None:
    huge = a_record(values={f"metric_{place}": 1.0 for place in range(2_000)})
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        with pytest.raises(RecordTooLargeError, match="lamp-1"):
            outbox.append([a_record("lamp-2"), huge], entered_at=NOON)

        assert len(outbox) == 0


def test_a_second_process_cannot_open_the_outbox(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT), pytest.raises(OutboxUnavailableError, match="locked"):
        Outbox(path, boot=SECOND_BOOT)


def test_a_file_that_is_no_outbox_is_named(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)

    with pytest.raises(OutboxUnavailableError, match=r"outbox\.sqlite: file is not a database"):
        Outbox(path, boot=FIRST_BOOT)


def test_a_boot_id_is_never_begun_twice(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append([a_record()], entered_at=NOON)

    with pytest.raises(OutboxUnavailableError, match="UNIQUE"):
        Outbox(path, boot=FIRST_BOOT)


def test_connections_are_counted_across_restarts(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        assert [outbox.next_connection(), outbox.next_connection()] == [1, 2]
    with Outbox(path, boot=SECOND_BOOT) as outbox:
        assert outbox.next_connection() == 3


def test_the_latest_instant_of_a_device_outlives_its_records(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append([a_record(minute=7), a_record(minute=3)], entered_at=NOON)
        outbox.settle(FIRST_BOOT, Ranges.of((1, 2)))
    with Outbox(path, boot=SECOND_BOOT) as outbox:
        assert outbox.last_instants() == {"lamp-1": a_record(minute=7).measured_at}


def test_when_a_device_said_something_outlives_its_records_and_what_did_not_enter(
    path: Path,
) -> None:
    bounds = Bounds(max_records=1)
    with Outbox(path, boot=FIRST_BOOT, bounds=bounds) as outbox:
        outbox.append([a_record(minute=0)], entered_at=NOON)
        with pytest.raises(OutboxFullError):
            outbox.append([a_record(minute=30)], entered_at=NOON)
        outbox.settle(FIRST_BOOT, Ranges.of((1, 1)))
        outbox.append([a_record(minute=45)], entered_at=NOON)
    with Outbox(path, boot=SECOND_BOOT, bounds=bounds) as outbox:
        found = outbox.stretches()

    at = [a_record(minute=minute).measured_at // 1_000 for minute in (0, 45)]
    assert found == {"lamp-1": Stretches(tuple((one, one) for one in at))}


def test_a_file_without_stretches_has_the_last_instant(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append([a_record(minute=7)], entered_at=NOON)
    with closing(sqlite3.connect(path)) as file:
        file.execute("ALTER TABLE device DROP COLUMN stretches")
        file.commit()
    with Outbox(path, boot=SECOND_BOOT) as outbox:
        last = a_record(minute=7).measured_at // 1_000
        assert outbox.stretches() == {"lamp-1": Stretches(((last, last),))}


def test_newest_rows_are_the_last_ones_in_order(path: Path) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 10), entered_at=NOON)

        newest = outbox.rows(FIRST_BOOT, within=Ranges.of((1, 4), (6, 9)), limit=5, newest=True)

    assert [row.number for row in newest] == [4, 6, 7, 8, 9]


CHILD = """
import sys
from pathlib import Path
from gateway.outbox import Outbox
from tests.gateway.builders import FIRST_BOOT, NOON, records_of
outbox = Outbox(Path(sys.argv[1]), boot=FIRST_BOOT)
start = 0
while True:
    outbox.append(records_of("lamp-1", 5, start=start), entered_at=NOON)
    start += 5
    print(start, flush=True)
"""


def test_what_append_returned_for_is_there_after_a_kill(path: Path) -> None:
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", CHILD, str(path)]
    with subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        for _ in range(20):
            child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        told = child.stdout.read().split()
    returned = int(told[-1]) if told else 100

    with Outbox(path, boot=SECOND_BOOT) as outbox:
        held = outbox.rows(FIRST_BOOT, within=EVERYTHING, limit=1_000_000)

    assert len(held) >= returned
    assert [row.record for row in held] == records_of("lamp-1", len(held))
    assert [row.number for row in held] == list(range(1, len(held) + 1))


STEPS = st.lists(
    st.tuples(st.sampled_from(["append", "settle", "restart"]), st.integers(1, 9)), max_size=25
)


class Account20:
    """An outbox of twenty records, and by boot what was assigned and settled."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.assigned = {FIRST_BOOT: 0}
        self.settled = {FIRST_BOOT: EMPTY}
        self.outbox = self.opened(FIRST_BOOT)

    def opened(self, boot: BootId) -> Outbox:
        return Outbox(self.path, boot=boot, bounds=Bounds(max_records=20))

    def held(self, boot: BootId) -> Ranges:
        if boot not in self.outbox.held_boots():
            return EMPTY
        rows = self.outbox.rows(boot, within=EVERYTHING, limit=1_000)
        return Ranges.from_numbers(row.number for row in rows)

    def thinned(self, boot: BootId) -> Ranges:
        return self.outbox.thinned(boot) if boot in self.outbox.held_boots() else EMPTY

    def append(self, count: int) -> None:
        start = sum(self.assigned.values())
        self.outbox.append(records_of("lamp-1", count, start=start), entered_at=NOON)
        self.assigned[self.outbox.boot] += count

    def settle(self, which: int) -> None:
        boot = list(self.assigned)[which % len(self.assigned)]
        self.settled[boot] |= Ranges.from_numbers(list(self.held(boot).numbers())[:which:2])
        self.outbox.settle(boot, self.settled[boot])

    def restart(self, _: int) -> None:
        self.outbox.close()
        boot = BootId(f"boot-{len(self.assigned)}")
        self.assigned[boot], self.settled[boot] = 0, EMPTY
        self.outbox = self.opened(boot)


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
def test_every_number_assigned_is_held_settled_or_thinned(
    steps: list[tuple[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    account = Account20(tmp_path_factory.mktemp("outbox") / "outbox.sqlite")
    for step, size in steps:
        getattr(account, step)(size)

    for boot, last in account.assigned.items():
        shares = (account.held(boot), account.thinned(boot), account.settled[boot])
        assert sum(share.count for share in shares) == last
        assert shares[0] | shares[1] | shares[2] == Ranges.of((1, last))
    assert len(account.outbox) <= 20
    account.outbox.close()
