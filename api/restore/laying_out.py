"""A backup's files laid out as a home: all of them, or none."""

import shutil
from pathlib import Path

from api.backup.contents import CATALOG, catalog_file
from api.backup.sealed import About, BackupError, reading
from ingest.durable import sync
from ingest.home import Home


def lay_out(file: Path, path: Path) -> tuple[Home, About]:
    """Make a home at a path from a backup; return it, and what the backup says of itself.

    A catalog goes to where ZONEWATCH_CATALOG names a file.

    Raises:
        BackupError: Something is at a place already, or the file is no whole backup.
    """
    catalog = catalog_file(Home(path))
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise BackupError(f"{path}: something is there already, expected no home yet")
    if catalog is not None and catalog.exists():
        raise BackupError(f"{catalog}: something is there already, expected no catalog yet")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.restoring")
    try:
        with reading(file) as (about, members):
            while (member := members.next()) is not None:
                members.extract(member, partial, filter="data")
        Home.open(partial)
        _sync_all(partial)
        partial.replace(path)
        sync(path.parent)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    restored = path / CATALOG
    if catalog is not None and catalog != restored and restored.exists():
        shutil.move(restored, catalog)
    return Home.open(path), about


def _sync_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        sync(path)
