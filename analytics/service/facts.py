"""Facts in the catalog: device-days, what became of submitted records, and how far analytics is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from operator import attrgetter
from typing import Final

import sqlalchemy as sa

from analytics.deviceday import DeviceDay, EnergySource
from analytics.service.replacing import replace_days
from analytics.service.tables import DEVICE_DAY, PROGRESS, SUBMISSION
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass

_STAGE: Final = "device_days"
SubmissionKey = tuple[DeviceId, date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """Records submitted for one device and UTC day of measuring, and how many were repeated."""

    records: int = 0
    repeated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far analytics is. Times in microseconds, UTC."""

    changes: int = 0  # feed rows taken, ever
    hours: int = 0  # device-hours computed, ever
    since: int | None = None  # first hour ever touched; None before any
    as_of: int = 0  # of the last pass


def put_device_days(connection: sa.Connection, facts: Iterable[DeviceDay]) -> None:
    """Put facts in the place of what was known of their device and day."""
    replace_days(connection, DEVICE_DAY, [asdict(fact) for fact in facts])


def device_days(
    connection: sa.Connection, *, first: date | None = None, last: date | None = None
) -> list[DeviceDay]:
    """Return the facts of some days, both included, ordered by device and day."""
    query = sa.select(DEVICE_DAY)
    if first is not None:
        query = query.where(DEVICE_DAY.c.day >= first)
    if last is not None:
        query = query.where(DEVICE_DAY.c.day <= last)
    found = [
        DeviceDay(
            device=row.device,
            day=row.day,
            device_class=DeviceClass(row.device_class),
            records=row.records,
            covered_s=row.covered_s,
            energy_mwh=row.energy_mwh,
            energy_source=EnergySource(row.energy_source) if row.energy_source else None,
            lit_s=row.lit_s,
        )
        for row in connection.execute(query)
    ]
    return sorted(found, key=attrgetter("device", "day"))  # a database would order by its language


def submissions(
    connection: sa.Connection, keys: Sequence[SubmissionKey]
) -> dict[SubmissionKey, Submission]:
    """Return what was submitted for some devices and days."""
    if not keys:
        return {}
    query = sa.select(SUBMISSION).where(
        SUBMISSION.c.device.in_({device for device, _ in keys}),
        SUBMISSION.c.day.in_({day for _, day in keys}),
    )
    return {
        (row.device, row.day): Submission(records=row.records, repeated=row.repeated)
        for row in connection.execute(query)
    }


def put_submissions(
    connection: sa.Connection, submitted: Mapping[SubmissionKey, Submission]
) -> None:
    """Put submissions in the place of what was known."""
    rows = [{"device": d, "day": day} | asdict(one) for (d, day), one in submitted.items()]
    replace_days(connection, SUBMISSION, rows)


def progress(connection: sa.Connection) -> Progress:
    """Return how far analytics is."""
    row = connection.execute(sa.select(PROGRESS).where(PROGRESS.c.stage == _STAGE)).first()
    if row is None:
        return Progress()
    return Progress(changes=row.changes, hours=row.hours, since=row.since, as_of=row.as_of)


def put_progress(connection: sa.Connection, reached: Progress) -> None:
    """Write down how far analytics is."""
    connection.execute(sa.delete(PROGRESS).where(PROGRESS.c.stage == _STAGE))
    connection.execute(sa.insert(PROGRESS).values({"stage": _STAGE} | asdict(reached)))
