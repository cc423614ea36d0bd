"""What every stage's command shares: its arguments, its errors, its catalog."""

import argparse
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from signal import Signals
from typing import Final

import sqlalchemy as sa

from ingest.archive import ArchiveDamagedError
from ingest.catalog import CatalogError, open_catalog, upgrade
from ingest.chirpstack.codec_files import CodecError
from ingest.commands.opening import MIGRATIONS
from ingest.health import MetricsPortError
from ingest.home import NoHomeError
from ingest.mapping_files import MappingError
from ingest.owning import HomeOwnedError
from ingest.settings import SettingsError
from ingest.storage.port import StoreError

_REFUSED: Final = (
    SettingsError,
    NoHomeError,
    CatalogError,
    StoreError,
    HomeOwnedError,
    ArchiveDamagedError,
    MetricsPortError,
    MappingError,
    CodecError,
)
_INTERRUPTED: Final = 130


def stage_parser(stage: str, what: str | None) -> argparse.ArgumentParser:
    """Return the arguments that every stage takes."""
    parser = argparse.ArgumentParser(
        prog=f"zonewatch {stage}",
        description=what,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("config", nargs="?", type=Path, help="a TOML file with settings")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the folder of the home")
    parser.add_argument("--check", action="store_true", help="try what it would use, and stop")
    return parser


def started(
    stage: str, run: Callable[[], int | Signals | None], also: Sequence[type[Exception]] = ()
) -> int:
    """Run a stage and return its exit status: 0 when told to end, 130 when interrupted.

    What is wrong with its settings is one line on stderr and status 2.
    """
    refused: tuple[type[Exception], ...] = (*_REFUSED, *also)
    try:
        told = run()
    except refused as error:
        return _refuse(stage, error)
    except BaseExceptionGroup as group:
        failed = first_of(group, refused)
        if failed is None:
            raise
        return _refuse(stage, failed)
    if isinstance(told, Signals):
        return _INTERRUPTED if told is Signals.SIGINT else 0
    return told or 0


@contextmanager
def ready_for(url: str, more: Sequence[Path] = ()) -> Generator[sa.Engine]:
    """Open a catalog, its tables of registry, ingest and more brought to this version."""
    catalog = open_catalog(url)
    try:
        upgrade(catalog, (*MIGRATIONS, *more))
        yield catalog
    finally:
        catalog.dispose()


def first_of(group: BaseExceptionGroup, kinds: tuple[type[Exception], ...]) -> BaseException | None:
    """Return the first error of some kinds in a group, however deep it lies."""
    for error in group.exceptions:
        found = first_of(error, kinds) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, kinds):
            return found
    return None


def _refuse(stage: str, error: BaseException) -> int:
    sys.stderr.write(f"zonewatch {stage}: {error}\n")
    return 2
