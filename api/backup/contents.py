"""What of a home goes into a backup, and how it is copied while everything runs.

The catalog is copied first, by SQLite's own means, so that the archive beside it is never older:
what it holds beyond the catalog is taken in again. Readings and rolled hours are left out, since
nothing but the archive may say what was received: they are made again from it.
"""

import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ingest.home import Home

CATALOG: Final = "catalog.sqlite"
_SQLITE: Final = "sqlite:"
_MAGIC: Final = b"SQLite format 3\x00"
_BESIDE_SQLITE: Final = ("-wal", "-shm", "-journal")
_PASSING: Final = (".lock", ".sock", ".partial")


def catalog_file(home: Home) -> Path | None:
    """Return the file of a home's catalog, None where it is in a server."""
    url = home.catalog_url()
    embedded = url.startswith(_SQLITE) and not url.startswith(f"{_SQLITE}//")
    return Path(url.removeprefix(_SQLITE)) if embedded else None


def left_out(home: Home) -> tuple[str, ...]:
    """Return what a backup of a home does not hold."""
    store = home.store_setting().partition(":")[0]
    return (
        f"readings ({store})",
        "rolled hours",
        *(() if catalog_file(home) else ("the catalog, in a server",)),
    )


def add_all(members: tarfile.TarFile, home: Home, *, beside: Path) -> int:
    """Add everything to a tar, with room for copies in a folder; return how many files that is."""
    catalog = catalog_file(home)
    added = 0
    if catalog is not None:
        _add_database(members, catalog, CATALOG, beside)
        added += 1
    for path in _files(home):
        if catalog is None or path.resolve() != catalog.resolve():
            added += _add(members, path, str(path.relative_to(home.path)), beside)
    return added


def _files(home: Home) -> Iterator[Path]:
    store = home.store_path.name
    for path in sorted(home.path.rglob("*")):
        passing = path.name.endswith((*_PASSING, *_BESIDE_SQLITE))
        own_store = path.parent == home.path and path.name.startswith(store)
        made_again = own_store or path.is_relative_to(home.hours_dir)
        if path.is_file() and not path.is_symlink() and not passing and not made_again:
            yield path


def _add(members: tarfile.TarFile, path: Path, name: str, beside: Path) -> bool:
    """Add a file as long as it is now; return whether it is there still."""
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) == _MAGIC:
                _add_database(members, path, name, beside)
            else:
                file.seek(0)
                members.addfile(members.gettarinfo(arcname=name, fileobj=file), file)
    except FileNotFoundError:
        return False
    return True


def _add_database(members: tarfile.TarFile, path: Path, name: str, beside: Path) -> None:
    """Add a database as it is at one instant, whoever writes to it."""
    with TemporaryDirectory(dir=beside) as folder:
        copy = Path(folder) / "copy"
        with (
            closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        members.add(copy, arcname=name)
