"""A backup gives back the home it was made of, or is refused whole."""

import gzip
import hashlib
import io
import sqlite3
import stat
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import zonewatch
from ingest.home import Home
from tests.system.old_home import REPORT, old_home

Say = Callable[..., tuple[int, bytes, str]]


@pytest.fixture
def say(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Say:
    for name in ("ZONEWATCH_STORE", "ZONEWATCH_CATALOG", "ZONEWATCH_HOME"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str | Path) -> tuple[int, bytes, str]:
        status = zonewatch.main([str(each) for each in arguments])
        told = capfdbinary.readouterr()
        return status, told.out, told.err.decode()

    return run


@pytest.fixture
def home(tmp_path: Path, say: Say) -> Home:
    """A home of today's facts: what an old one lacks is computed when it is made whole."""
    home = old_home(tmp_path)
    assert say("rebuild", "--home", home.path)[0] == 0
    return home


@pytest.fixture
def backup(home: Home, tmp_path: Path, say: Say) -> Path:
    """A backup of a home with a broker's key in it."""
    key = home.path / "broker" / "tls" / "ca.key"
    key.parent.mkdir(parents=True)
    key.write_bytes(b"a key\n")
    key.chmod(0o600)
    file = tmp_path / "backup.zwb"
    status, told, error = say("backup", file, "--home", home.path)
    assert (status, error) == (0, "")
    assert b"left out: readings (duckdb), rolled hours\n" in told
    return file


def test_a_restored_home_gives_the_same_report_to_the_byte(
    home: Home, backup: Path, tmp_path: Path, say: Say
) -> None:
    _, report, _ = say(*REPORT, "--home", home.path)
    _, account, _ = say("ledger", "--json", "--home", home.path)

    status, told, _ = say("restore", backup, "--home", tmp_path / "again")

    assert status == 0
    assert b"5,245 records written again" in told
    assert say(*REPORT, "--home", tmp_path / "again")[1] == report
    assert say("ledger", "--json", "--home", tmp_path / "again")[1] == account


def test_keys_come_back_as_private_as_they_were(backup: Path, tmp_path: Path, say: Say) -> None:
    say("restore", backup, "--home", tmp_path / "again")

    key = tmp_path / "again" / "broker" / "tls" / "ca.key"
    assert key.read_bytes() == b"a key\n"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600


def test_both_deeds_are_in_the_journal(backup: Path, tmp_path: Path, say: Say) -> None:
    say("restore", backup, "--home", tmp_path / "again")

    with closing(sqlite3.connect(tmp_path / "again" / "catalog.sqlite")) as catalog:
        deeds = catalog.execute("SELECT actor, action FROM audit ORDER BY number").fetchall()
    assert deeds == [
        ("operator", "store.rebuild"),
        ("operator", "home.backup"),
        ("operator", "home.restore"),
        ("operator", "store.rebuild"),
    ]


def test_a_database_is_copied_as_it_stands_while_somebody_writes_to_it(
    home: Home, tmp_path: Path, say: Say
) -> None:
    """What is committed lies in the write-ahead log still; what is not committed stays out."""
    path = home.path / "gateways" / "gw" / "outbox.db"
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path, isolation_level=None)) as outbox:
        outbox.execute("PRAGMA journal_mode=WAL")
        outbox.execute("CREATE TABLE record (number)")
        outbox.execute("INSERT INTO record VALUES (1)")
        outbox.execute("BEGIN")
        outbox.execute("INSERT INTO record VALUES (2)")
        assert say("backup", tmp_path / "file", "--home", home.path)[0] == 0

    say("restore", tmp_path / "file", "--home", tmp_path / "again")

    restored = tmp_path / "again" / "gateways" / "gw" / "outbox.db"
    with closing(sqlite3.connect(restored)) as outbox:
        assert outbox.execute("SELECT number FROM record").fetchall() == [(1,)]
    assert [each.name for each in restored.parent.iterdir()] == ["outbox.db"]


def test_a_catalog_in_another_place_comes_along(
    home: Home, tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home.path / "catalog.sqlite").rename(tmp_path / "elsewhere.sqlite")
    monkeypatch.setenv("ZONEWATCH_CATALOG", f"sqlite:{tmp_path / 'elsewhere.sqlite'}")
    _, report, _ = say(*REPORT, "--home", home.path)
    assert say("backup", tmp_path / "file", "--home", home.path)[0] == 0

    status, _, error = say("restore", tmp_path / "file", "--home", tmp_path / "again")
    assert status == 2
    assert "elsewhere.sqlite: something is there already, expected no catalog yet" in error
    assert not (tmp_path / "again").exists()

    monkeypatch.setenv("ZONEWATCH_CATALOG", f"sqlite:{tmp_path / 'another.sqlite'}")
    assert say("restore", tmp_path / "file", "--home", tmp_path / "again")[0] == 0
    assert say(*REPORT, "--home", tmp_path / "again")[1] == report
    assert (tmp_path / "another.sqlite").exists()
    assert not (tmp_path / "again" / "catalog.sqlite").exists()

    monkeypatch.delenv("ZONEWATCH_CATALOG")
    assert say("restore", tmp_path / "file", "--home", tmp_path / "third")[0] == 0
    assert say(*REPORT, "--home", tmp_path / "third")[1] == report


def test_any_tar_reads_it(backup: Path) -> None:
    with tarfile.open(backup) as members:
        names = members.getnames()

    assert names[:2] == ["backup.json", "catalog.sqlite"]
    assert not [name for name in names if "duckdb" in name or name.endswith((".lock", "-wal"))]
    assert not [name for name in names if name.startswith("hours")]


def a_piece(share: float) -> Callable[[bytes], bytes]:
    """Return what cuts a file to a share of its length."""
    return lambda whole: whole[: int(len(whole) * share)]


def a_flip(share: float) -> Callable[[bytes], bytes]:
    """Return what changes one bit of a file."""

    def flip(whole: bytes) -> bytes:
        changed = bytearray(whole)
        changed[min(int(len(whole) * share), len(whole) - 1)] ^= 1
        return bytes(changed)

    return flip


@pytest.mark.parametrize(
    "spoil",
    [
        *(pytest.param(a_piece(share), id=f"cut at {share}") for share in (0, 0.0005, 0.5, 0.9999)),
        pytest.param(lambda whole: whole[:-1], id="cut by a byte"),
        *(pytest.param(a_flip(share), id=f"changed at {share}") for share in (0, 0.00003, 0.5, 1)),
        pytest.param(lambda whole: whole + b"\x00", id="something behind"),
        pytest.param(lambda whole: whole[50_000:] + whole[:50_000], id="turned around"),
    ],
)
def test_a_backup_that_was_cut_short_or_changed_is_refused_in_one_line(
    backup: Path, tmp_path: Path, say: Say, spoil: Callable[[bytes], bytes]
) -> None:
    backup.write_bytes(spoil(backup.read_bytes()))

    status, told, error = say("restore", backup, "--home", tmp_path / "again")

    assert (status, told) == (2, b"")
    assert error == (
        f"zonewatch restore: {backup}: not a whole backup: it was cut short or changed\n"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.zwb", "home"]


def sealed(content: bytes) -> bytes:
    """Return a file that ends as a backup does: RFC 1952, with the hash as a comment."""
    digest = hashlib.sha256(content).hexdigest()
    seal = b"\x1f\x8b\x08\x10\0\0\0\0\0\xff" + f"sha256:{digest}\0".encode() + b"\x03\0" + bytes(8)
    return content + seal


def a_tar(name: str, said: bytes) -> bytes:
    """Return a tar in gzip with one file."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as members:
        member = tarfile.TarInfo(name)
        member.size = len(said)
        members.addfile(member, io.BytesIO(said))
    return gzip.compress(packed.getvalue())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"rubbish", "not a backup of Zonewatch", id="no tar"),
        pytest.param(a_tar("other", b""), "not a backup of Zonewatch", id="another tar"),
        pytest.param(
            a_tar("backup.json", b'{"format": 2}'), "of format 2, expected 1", id="a later form"
        ),
    ],
)
def test_what_is_sealed_and_no_backup_is_refused_too(
    tmp_path: Path, say: Say, content: bytes, says: str
) -> None:
    file = tmp_path / "file"
    file.write_bytes(sealed(content))

    status, _, error = say("restore", file, "--home", tmp_path / "again")

    assert status == 2
    assert says in error
    assert error.count("\n") == 1
    assert not (tmp_path / "again").exists()


def test_a_home_that_is_there_stays_as_it_is(home: Home, backup: Path, say: Say) -> None:
    before = sorted(path.name for path in home.path.iterdir())

    status, _, error = say("restore", backup, "--home", home.path)

    assert status == 2
    assert error.endswith("something is there already, expected no home yet\n")
    assert sorted(path.name for path in home.path.iterdir()) == before


@pytest.mark.parametrize(
    ("command", "says"),
    [
        pytest.param("backup b.zwb --home none", "none: no home is there", id="no home"),
        pytest.param("backup none/b.zwb --home home", "none/b.zwb", id="no such folder"),
        pytest.param("backup home/b.zwb --home home", "in the home itself", id="into itself"),
        pytest.param("restore b.zwb --home none", "b.zwb: No such file", id="no such file"),
    ],
)
@pytest.mark.usefixtures("home")
def test_bad_input_is_one_line(
    tmp_path: Path, say: Say, monkeypatch: pytest.MonkeyPatch, command: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)

    status, told, error = say(*command.split())

    assert (status, told) == (2, b"")
    assert says in error
    assert error.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home"]
