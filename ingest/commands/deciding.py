"""Who carries a command's decision out: the process that owns the home, else the command itself."""

from collections.abc import Callable
from contextlib import ExitStack

from ingest.catalog import open_catalog, upgrade
from ingest.commands.opening import MIGRATIONS
from ingest.contract.clock import SystemClock
from ingest.control import Outcome, Owner
from ingest.control_socket import NobodyThereError, SocketControl
from ingest.home import Home
from ingest.registry.current import CurrentRegistry
from ingest.stage import open_desk
from ingest.storage.opening import open_store

Act = Callable[[Owner], list[Outcome]]


def carried_out(home: Home, act: Act) -> list[Outcome]:
    """Have a decision carried out and return what came of it."""
    try:
        return act(SocketControl(home))
    except NobodyThereError:
        return _by_ourselves(home, act)


def _by_ourselves(home: Home, act: Act) -> list[Outcome]:
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
