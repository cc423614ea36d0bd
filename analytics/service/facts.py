"""Facts in the catalog: device-days, what became of submitted records, and how far analytics is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from operator import attrgetter
from typing import Final

import sqlalchemy as sa

from analytics.daytable import COLUMNS, DayTable
from analytics.deviceday import DeviceDay, EnergySource
from analytics.service.columns import read_table, within
from analytics.service.replacing import replace_days
from analytics.service.tables import DEVICE_DAY, PROGRESS, SUBMISSION
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass

_DEVICE_DAYS: Final = "device_days"
_COLUMNS: Final = [field.name for field in fields(DeviceDay)]
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
    replace_days(
        connection, DEVICE_DAY, [{name: getattr(fact, name) for name in _COLUMNS} for fact in facts]
    )


def device_days(
    connection: sa.Connection,
    *,
    first: date | None = None,
    last: date | None = None,
    device: str | None = None,
    devices: Collection[str] | None = None,
) -> list[DeviceDay]:
    """Return the facts of some days, both included, ordered by device and day."""
    query = sa.select(DEVICE_DAY).where(*within(DEVICE_DAY.c.day, first, last))
    if device is not None:
        query = query.where(DEVICE_DAY.c.device == device)
    if devices is not None:
        query = query.where(DEVICE_DAY.c.device.in_(devices))
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
            estimated_mwh=row.estimated_mwh,
            imported_mwh=row.imported_mwh,
            distance_m=row.distance_m,
        )
        for row in connection.execute(query)
    ]
    return sorted(found, key=attrgetter("device", "day"))  # a database would order by its language


def device_table(
    connection: sa.Connection,
    *,
    first: date | None = None,
    last: date | None = None,
    devices: Collection[str] | None = None,
) -> DayTable:
    """Return the facts of some days, both included, in columns."""
    where = [*within(DEVICE_DAY.c.day, first, last)]
    if devices is not None:
        where.append(DEVICE_DAY.c.device.in_(devices))
    return read_table(connection, DEVICE_DAY, {name: DEVICE_DAY.c[name] for name in COLUMNS}, where)


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


def progress(connection: sa.Connection, *, of: str = _DEVICE_DAYS) -> Progress:
    """Return how far analytics is, or what it makes of device-days."""
    row = connection.execute(sa.select(PROGRESS).where(PROGRESS.c.stage == of)).first()
    if row is None:
        return Progress()
    return Progress(changes=row.changes, hours=row.hours, since=row.since, as_of=row.as_of)


def put_progress(connection: sa.Connection, reached: Progress, *, of: str = _DEVICE_DAYS) -> None:
    """Write down how far analytics is, or what it makes of device-days."""
    connection.execute(sa.delete(PROGRESS).where(PROGRESS.c.stage == of))
    connection.execute(sa.insert(PROGRESS).values({"stage": of} | asdict(reached)))
