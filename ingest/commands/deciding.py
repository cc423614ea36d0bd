"""Who carries a command's decision out: the process that owns the home, else the command itself."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Final, TypeVar

from ingest import quarantine
from ingest.audit.journal import LOCAL, Deed, append
from ingest.audit.tables import MIGRATIONS as AUDIT
from ingest.catalog import open_catalog, upgrade
from ingest.commands.opening import MIGRATIONS
from ingest.contract.clock import SystemClock
from ingest.control import Outcome, Owner
from ingest.control_socket import NobodyThereError, SocketControl
from ingest.home import Home
from ingest.markers import Decision
from ingest.registry.current import CurrentRegistry
from ingest.stage import open_desk
from ingest.storage.opening import open_store

_ACTOR: Final = "operator"
_BEYOND: Final = 2**63  # no id is as high

_T = TypeVar("_T")

Act = Callable[[Owner], list[Outcome]]


def decided(home: Home, act: Act, *, decision: Decision, entries: Sequence[int]) -> list[Outcome]:
    """Have a decision on entries, on all open ones where none are named, carried out.

    Returns what came of it. It is entered in the journal before, as those over HTTP are.
    """
    _written_down(home, decision, entries)
    return carried_out(home, act)


def carried_out(home: Home, act: Callable[[Owner], _T]) -> _T:
    """Have something done by hand, and return what came of it."""
    try:
        return act(SocketControl(home))
    except NobodyThereError:
        return _by_ourselves(home, act)


def _written_down(home: Home, decision: Decision, entries: Sequence[int]) -> None:
    """Enter a decision in the journal, once for each entry that there is."""
    catalog = open_catalog(home.catalog_url())
    try:
        upgrade(catalog, (*MIGRATIONS, AUDIT))
        with catalog.begin() as connection:
            within = [one for one in entries if 0 < one < _BEYOND]
            there = [str(one) for one in within if quarantine.entry(connection, one)]
            for thing in there if entries else ["open"]:
                deed = Deed(
                    actor=_ACTOR,
                    action=f"quarantine.{decision}",
                    object=f"quarantine:{thing}",
                    address=LOCAL,
                )
                append(connection, deed, at=SystemClock().now())
    finally:
        catalog.dispose()


def _by_ourselves(home: Home, act: Callable[[Owner], _T]) -> _T:
    with ExitStack() as stack:
        catalog = open_catalog(home.catalog_url())
        stack.callback(catalog.dispose)
        upgrade(catalog, MIGRATIONS)
        store = open_store(home.store_setting())
        stack.callback(store.close)
        desk = stack.enter_context(
            open_desk(
                home=home,
                store=store,
                catalog=catalog,
                registry=CurrentRegistry(catalog),
                clock=SystemClock(),
            )
        )
        return act(desk)
