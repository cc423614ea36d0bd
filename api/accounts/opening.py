"""What the commands of accounts share: a home's catalog, and one line for bad input."""

import sys
from argparse import ArgumentParser
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from api.accounts.passwords import UnfitPasswordError
from api.accounts.people import AccountError
from api.accounts.scope import ScopeError
from api.catalog import ready_catalog
from ingest.audit.journal import LOCAL, Deed, append
from ingest.catalog import CatalogError
from ingest.contract.clock import SystemClock
from ingest.home import Home, NoHomeError, home_path

_BAD_INPUT: Final = 2


def run_told(name: str, run: Callable[[], None]) -> int:
    """Return a command's exit status; bad input is one line on stderr and status 2."""
    try:
        run()
    except (
        AccountError,
        CatalogError,
        NoHomeError,
        ScopeError,
        UnfitPasswordError,
    ) as error:
        reason = str(error)
    except SQLAlchemyError as error:
        reason = f"the catalog: {str(error).splitlines()[0]}"
    else:
        return 0
    sys.stderr.write(f"zonewatch {name}: {reason}\n")
    return _BAD_INPUT


@contextmanager
def changing(home: Path | None) -> Generator[sa.Connection]:
    """Open a home's catalog for one transaction."""
    catalog = ready_catalog(Home.open(home_path(home)).catalog_url())
    try:
        with catalog.begin() as connection:
            yield connection
    finally:
        catalog.dispose()


def tell(connection: sa.Connection, actor: str, action: str, thing: str) -> None:
    """Write a deed of who sits at this machine into the journal."""
    deed = Deed(actor=actor, action=action, object=thing, address=LOCAL)
    append(connection, deed, at=SystemClock().now())


def add_common(parser: ArgumentParser) -> None:
    """Add the options that each of these commands has."""
    parser.add_argument("--home", type=Path, metavar="DIR", help="the folder of the home")
    parser.add_argument("--actor", default="operator", help="who does it (default: operator)")
