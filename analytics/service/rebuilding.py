"""Readings, hours and facts made whole from the archive, as of when they were computed last."""

import sqlalchemy as sa

from analytics.service import facts
from analytics.service.feeder import Feeder
from analytics.service.hourfiles import HourFiles
from ingest import presence
from ingest.contract.clock import ManualClock
from ingest.contract.period import instant
from ingest.pipeline import Pipeline
from ingest.rebuilding import Rebuilt, rebuild
from ingest.tables import FEED


def rebuild_and_compute(pipeline: Pipeline, files: HourFiles) -> Rebuilt:
    """Make the store whole and compute whatever it touches; nothing else may compute meanwhile.

    Where nothing new was taken in, results stay as of the instant they were of, to the digit.
    """
    with pipeline.catalog.connect() as connection:
        before = facts.progress(connection)
        waiting = waiting_hours(connection)
    rebuilt = rebuild(pipeline)
    with pipeline.catalog.connect() as connection:
        heard = max((each.heard_at for each in presence.every(connection)), default=0)
    new = before.since is None or waiting or rebuilt.taken_in
    as_of = max(before.as_of, heard) if new else before.as_of
    feeder = Feeder(
        store=pipeline.store,
        catalog=pipeline.catalog,
        files=files,
        registry=pipeline.registry,
        clock=ManualClock(instant(as_of)),
    )
    while feeder.step():
        pass
    return rebuilt


def waiting_hours(connection: sa.Connection) -> int:
    """Return how many rows wait on the change feed."""
    return connection.scalar(sa.select(sa.func.count()).select_from(FEED)) or 0
