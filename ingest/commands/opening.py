"""What the commands share: one line for bad input, and a home's catalog opened for reading."""

import argparse
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NoReturn

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ingest.archive import ArchiveDamagedError
from ingest.catalog import CatalogError, open_catalog, snapshot, upgrade
from ingest.chirpstack.codec_files import CodecError
from ingest.control import ControlError
from ingest.home import Home, NoHomeError
from ingest.mapping_files import MappingError
from ingest.owning import HomeOwnedError
from ingest.rebuilding import NothingRegisteredError
from ingest.storage.port import StoreError

_ROOT: Final = Path(__file__).resolve().parent.parent
MIGRATIONS: Final = (_ROOT / "registry" / "migrations", _ROOT / "migrations")
_BAD_INPUT: Final = 2


class BadInputError(Exception):
    """What was asked for is not there, or makes no sense; the message is one line."""


_TOLD: Final = (
    BadInputError,
    NoHomeError,
    CatalogError,
    ArchiveDamagedError,
    ControlError,
    HomeOwnedError,
    NothingRegisteredError,
    StoreError,
    MappingError,
    CodecError,
)


class Parser(argparse.ArgumentParser):
    """Says what is wrong with arguments in one line."""

    def error(self, message: str) -> NoReturn:
        """Stop with exit status 2."""
        self.exit(_BAD_INPUT, f"{self.prog}: {message}\n")


def add_common(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command here has."""
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the folder of the home")


def run_told(name: str, run: Callable[[], int], also: tuple[type[Exception], ...] = ()) -> int:
    """Return a command's exit status; bad input is one line on stderr and status 2."""
    refused: tuple[type[Exception], ...] = (*_TOLD, *also)
    try:
        return run()
    except refused as error:
        reason = str(error)
    except SQLAlchemyError as error:
        reason = f"the catalog: {str(error).splitlines()[0]}"
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    sys.stderr.write(f"zonewatch {name}: {reason}\n")
    return _BAD_INPUT


@contextmanager
def reading(home: Home) -> Generator[sa.Connection]:
    """Open a home's catalog, its tables of ingest and registry brought to this version."""
    engine = open_catalog(home.catalog_url())
    try:
        upgrade(engine, MIGRATIONS)
        with snapshot(engine) as connection:
            yield connection
    finally:
        engine.dispose()
