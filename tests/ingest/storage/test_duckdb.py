"""What only a store in a file must hold: crashes, other processes, broken files, older tables."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import numpy as np
import pytest

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.storage.duckdb import DuckdbStore
from ingest.storage.port import StoreError, StoreUnavailableError
from tests.ingest.storage.blocks import ALWAYS, Kept, a_block, a_row, kept_in

ROOT = Path(__file__).parents[3]
LAMPS = [DeviceId("lamp-1")]
STREETLIGHT = DeviceClass.STREETLIGHT

WRITE_FOREVER = """
import sys
from itertools import count
from pathlib import Path
from ingest.storage.duckdb import DuckdbStore
from tests.ingest.storage.blocks import a_block, a_row

store = DuckdbStore(Path(sys.argv[1]))
for minute in count():
    store.write([a_block(a_row(minute=minute, load_power=float(minute)))])
    print(minute, flush=True)
"""
HOLD = """
import sys
from pathlib import Path
from ingest.storage.duckdb import DuckdbStore

store = DuckdbStore(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "readings.duckdb"


@contextmanager
def running(program: str, path: Path) -> Generator["subprocess.Popen[str]"]:
    """Run a program over the file, and end it afterwards."""
    command = [sys.executable, "-c", program, str(path)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def lines_of(process: "subprocess.Popen[str]") -> Iterator[str]:
    assert process.stdout is not None
    return iter(process.stdout)


def kept_at(path: Path) -> Kept:
    with closing(DuckdbStore(path)) as store:
        return kept_in(store.read(STREETLIGHT, LAMPS, ALWAYS))


def test_readings_survive_a_restart(path: Path) -> None:
    with closing(DuckdbStore(path)) as store:
        store.write([a_block(a_row())])

    assert kept_at(path) == {("lamp-1", "load_power", 0): ((60.0).hex(), 1)}


def test_what_a_write_took_survives_a_kill(path: Path) -> None:
    with running(WRITE_FOREVER, path) as process:
        written = [int(line) for line, _ in zip(lines_of(process), range(25), strict=False)]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    kept = kept_at(path)
    assert written == list(range(25))
    for minute in written:
        assert kept["lamp-1", "load_power", minute] == (float(minute).hex(), 1)


def test_a_second_process_is_told_that_the_file_is_in_use(path: Path) -> None:
    with running(HOLD, path) as process:
        assert next(lines_of(process)) == "open\n"

        with pytest.raises(StoreUnavailableError) as refusal:
            DuckdbStore(path)

    assert str(refusal.value) == (
        f"{path}: in use by another process; a DuckDB file has one process at a time"
    )


def test_the_file_is_free_after_closing(path: Path) -> None:
    with closing(DuckdbStore(path)):
        pass

    with running(HOLD, path) as process:
        assert next(lines_of(process)) == "open\n"


def test_a_file_of_another_kind_is_refused(path: Path) -> None:
    path.write_text("measured_at;load_power\n" * 1_000, encoding="utf-8")

    with pytest.raises(StoreError, match=r"readings\.duckdb: cannot be opened") as refusal:
        DuckdbStore(path)

    assert not isinstance(refusal.value, StoreUnavailableError)
    assert path.read_text(encoding="utf-8").startswith("measured_at")


def test_a_damaged_file_is_refused(path: Path) -> None:
    with closing(DuckdbStore(path)) as store:
        store.write([a_block(*(a_row(minute=minute) for minute in range(5_000)))])
    content = bytearray(path.read_bytes())
    content[12_288:20_000] = bytes(20_000 - 12_288)
    path.write_bytes(content)

    with pytest.raises(StoreError, match="checksum") as refusal:
        kept_at(path)

    assert not isinstance(refusal.value, StoreUnavailableError)


def test_a_folder_that_is_not_there_is_an_error_that_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"nowhere/readings\.duckdb"):
        DuckdbStore(tmp_path / "nowhere" / "readings.duckdb")


def test_a_table_grows_with_the_catalogue(path: Path) -> None:
    with closing(duckdb.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE streetlight (device VARCHAR NOT NULL, measured_at BIGINT NOT NULL,"
            " lamp_on DOUBLE, lamp_on_q TINYINT NOT NULL DEFAULT 0)"
        )
    earlier, later = a_block(a_row(minute=0, lamp_on=1.0)), a_block(a_row(minute=5))
    with closing(duckdb.connect(path)) as connection:
        connection.execute(
            f"INSERT INTO streetlight VALUES ('lamp-1', {earlier.measured_at[0]}, 1.0, 1)"  # noqa: S608
        )

    with closing(DuckdbStore(path)) as store:
        store.write([later])
        store.write([a_block(a_row(minute=0, load_power=3.0))])

    assert kept_at(path) == {
        ("lamp-1", "lamp_on", 0): ((1.0).hex(), 1),
        ("lamp-1", "load_power", 0): ((3.0).hex(), 1),
        ("lamp-1", "load_power", 5): ((60.0).hex(), 1),
    }


def test_a_write_that_fails_leaves_nothing_and_the_next_one_works(path: Path) -> None:
    with closing(duckdb.connect(path)) as connection:
        connection.execute(
            "CREATE TABLE bus (device VARCHAR, measured_at BIGINT, tyres INTEGER NOT NULL)"
        )

    with closing(DuckdbStore(path)) as store:
        with pytest.raises(StoreError, match="tyres"):
            store.write(
                [a_block(a_row()), a_block(a_row(odometer=1.0), device_class=DeviceClass.BUS)]
            )
        after = len(store.read(STREETLIGHT, LAMPS, ALWAYS))
        store.write([a_block(a_row())])

    assert after == 0
    assert len(kept_at(path)) == 1


def test_a_closed_store_is_an_error_not_a_crash(path: Path) -> None:
    store = DuckdbStore(path)
    store.close()
    store.close()

    with pytest.raises(StoreError, match="closed"):
        store.write([a_block(a_row())])


def test_exact_bits_survive_the_compression_of_a_checkpoint(path: Path) -> None:
    special = [-0.0, 0.0, 5e-324, 1.7976931348623157e308, 0.1 + 0.2, 60.0]
    block = a_block(
        *(a_row(minute=minute, load_power=special[minute % 6]) for minute in range(6_000))
    )

    with closing(DuckdbStore(path)) as store:
        store.write([block])
    with closing(duckdb.connect(path)) as connection:
        connection.execute("CHECKPOINT")
    with closing(DuckdbStore(path)) as store:
        values = store.read(STREETLIGHT, LAMPS, ALWAYS).values["load_power"]

    assert values.view(np.int64).tolist() == block.values["load_power"].view(np.int64).tolist()


def test_rows_stay_distinct_where_a_write_is_larger_than_the_unit_of_storage(path: Path) -> None:
    rows = 130_000  # a row group has 122,880
    block = a_block(*(a_row(minute=minute) for minute in range(rows)))

    with closing(DuckdbStore(path)) as store:
        store.write([block])
        store.write([block])
        read = store.read(STREETLIGHT, LAMPS, ALWAYS)

    assert len(read) == rows
    assert (np.diff(read.measured_at) == 60_000_000).all()
