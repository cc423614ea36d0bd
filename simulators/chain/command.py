"""What every command that runs a chain does about signals and about what can go wrong."""

import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from typing import Any, Final

from api.server import PortInUseError
from ingest.broker.process import BrokerNotReadyError
from ingest.catalog import CatalogError
from ingest.contract.stopping import until_stopped
from ingest.home import NoHomeError
from ingest.owning import HomeOwnedError
from ingest.settings import SettingsError
from ingest.storage.port import StoreError
from simulators.boxes.registers import RegisterValueError
from simulators.chain.children import ChildDiedError
from simulators.chain.home import HomeTakenError

_REFUSED: Final = (
    NoHomeError,
    HomeTakenError,
    HomeOwnedError,
    SettingsError,
    CatalogError,
    StoreError,
    PortInUseError,
    RegisterValueError,
)
_FAILED: Final = (ChildDiedError, BrokerNotReadyError)
_INTERRUPTED: Final = 130


def run_command(name: str, prepare: Callable[[], Coroutine[Any, Any, None]]) -> int:
    """Prepare and run a chain until it is done or told to stop; return the exit status.

    What is wrong with what was asked for is 2, what failed on the way is 1; each is one line.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        told = asyncio.run(until_stopped(prepare()))
    except _REFUSED as error:
        return say(name, error, status=2)
    except _FAILED as error:
        return say(name, error, status=1)
    except BaseExceptionGroup as group:
        failed = _first_of(group)
        if failed is None:
            raise
        return say(name, failed, status=1)
    return 0 if told is None else _INTERRUPTED


def say(name: str, error: object, *, status: int) -> int:
    """Tell an error in one line and return the exit status."""
    sys.stderr.write(f"zonewatch {name}: {error}\n")
    return status


def _first_of(group: BaseExceptionGroup) -> BaseException | None:
    """Return the first failure that has a line of its own, however deep it lies."""
    for error in group.exceptions:
        found = _first_of(error) if isinstance(error, BaseExceptionGroup) else error
        if isinstance(found, (*_FAILED, *_REFUSED)):
            return found
    return None
