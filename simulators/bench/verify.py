"""A month of a zone of 60 lamps: prepared, then re-run from the store and from the archive.

Readings come every five minutes, ten metrics each, in chunks of an hour of 20 lamps.
"""

import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from analytics.closing.states import State
from analytics.periods import parse_period
from analytics.report import Scope
from analytics.service.feeder import Feeder
from analytics.service.hourfiles import HourFiles
from api.accounts.actor import Actor, Permission
from api.accounts.scope import EVERYTHING
from api.catalog import ready_catalog
from api.closing.closing import Asked, take
from api.closing.revisions import Revision
from api.closing.verifying import Verifier
from ingest.collecting import rare_collections
from ingest.contract.clock import ManualClock
from ingest.home import Home
from ingest.registry.current import CurrentRegistry
from ingest.registry.registry import Registry
from ingest.storage.duckdb import DuckdbStore
from simulators.bench.chunks import Mailbox, a_pipeline
from simulators.bench.figure import Figures, Measured, MeasuringFailedError
from simulators.bench.load import DEVICES, ROWS, START, devices_of, registry_entries, sealed_chunks

GATEWAYS: Final = 3
DAYS: Final = 31
_GROUP: Final = 256  # chunks
_SEED: Final = 1
_SCOPE: Final = Scope(kind="zone", id="bench")
_ACTOR: Final = Actor(
    name="bench", permissions=frozenset({Permission.PREPARE_PERIOD}), scopes=(EVERYTHING,)
)


def measure(gateways: int = GATEWAYS, days: int = DAYS) -> Figures:
    """Bring a month in, prepare it, and re-run it both ways."""
    with tempfile.TemporaryDirectory() as directory:
        home = Home.create(Path(directory) / "home")
        _fill(home, gateways, days)
        catalog = ready_catalog(home.catalog_url({}))
        try:
            revision, preparing = _prepared(catalog, days)
            verifier = Verifier(home=home, catalog=catalog)
            seconds = {
                name: _verified(verifier, revision, from_archive=name == "archive")
                for name in ("store", "archive")
            }
        finally:
            catalog.dispose()
    return {
        "devices": Measured(gateways * len(DEVICES), "1"),
        "records": Measured(gateways * days * 24 * ROWS, "1"),
        "prepare_seconds": Measured(preparing, "s"),
        **{f"{name}_seconds": Measured(taken, "s") for name, taken in seconds.items()},
    }


def _fill(home: Home, gateways: int, days: int) -> None:
    """Bring in every chunk and let analytics keep up, until late data have had their time."""
    serving = [devices_of(number) for number in range(gateways)]
    with ExitStack() as stack:
        store = DuckdbStore(home.store_path)
        stack.callback(store.close)
        entries = registry_entries(serving)
        pipeline = a_pipeline(stack, home, store, entries=entries, now=START, publisher=Mailbox())
        files = HourFiles(home.hours_dir)
        stack.callback(files.close)
        stack.enter_context(rare_collections())
        clock = ManualClock(START + timedelta(days=days + 3))
        feeder = Feeder(
            store=store,
            catalog=pipeline.catalog,
            files=files,
            registry=CurrentRegistry(pipeline.catalog),
            clock=clock,
        )
        for number in range(gateways):
            messages = list(sealed_chunks(24 * days, seed=_SEED, gateway=number))
            for first in range(0, len(messages), _GROUP):
                for _ in pipeline.commit(messages[first : first + _GROUP]):
                    pass
        while feeder.step():
            pass


def _prepared(catalog: sa.Engine, days: int) -> tuple[Revision, float]:
    last = START.date() + timedelta(days=days - 1)
    registry: Registry = CurrentRegistry(catalog)()
    asked = Asked(
        registry=registry,
        scope=_SCOPE,
        days=parse_period(f"{START.date()}..{last}"),
        software="bench",
        demo=True,
    )
    began = time.perf_counter()
    with catalog.begin() as connection:
        at = datetime(2026, 3, 1, tzinfo=UTC)
        revision = take(connection, asked, State.PREPARED, actor=_ACTOR, role="", at=at)
    return revision, time.perf_counter() - began


def _verified(verifier: Verifier, revision: Revision, *, from_archive: bool) -> float:
    began = time.perf_counter()
    verdict = verifier.verify(revision, from_archive=from_archive)
    seconds = time.perf_counter() - began
    if not verdict.same:
        raise MeasuringFailedError(f"it does not re-run: {verdict.found[0].line()}")
    return seconds
