"""The repair list as a page for a telephone, as a printed sheet, and as rows."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO
from itertools import islice
from typing import Final

from analytics.alarms.repairlist import Job, Way
from dashboards.board.alarms import AlarmRow, alarm_row, concerns, provenances_of
from dashboards.report.guarding import guarded_text
from dashboards.wording.wording import Wording
from ingest.contract.period import instant, rfc3339
from ingest.registry.model import Lot, Provenance, Zone
from ingest.registry.registry import Registry

JOBS_SHOWN: Final = 25  # so that a page stays below 100 KB in any language
_COLUMNS: Final = (
    *("repair", "number", "site", "zone", "latitude", "longitude", "rule", "fault", "since"),
    *("duty", "people", "kg_co2_a_day", "light_hours_a_night", "hours_of_work", "check", "carry"),
    *("supplier", "warranty_until", "assignee"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A job as it is listed."""

    job: Job
    row: AlarmRow
    warranty: Lot | None  # that still holds


@dataclass(frozen=True, slots=True, kw_only=True)
class WayView:
    """Jobs near each other."""

    site: str
    jobs: tuple[JobRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairsView:
    """The repair list."""

    ways: tuple[WayView, ...]
    first: int  # of the jobs that are shown, from 1 on
    last: int
    jobs_all: int
    zones: tuple[Zone, ...]
    zone: str | None
    number: str  # that was searched for
    may_mend: bool
    provenances: tuple[Provenance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What of the list somebody looks at."""

    zone: str | None = None
    number: str = ""
    start: int = 0  # jobs that are left out at the beginning


def repairs_view(
    ways: Sequence[Way], registry: Registry, looked: Looked, *, may_mend: bool, now: int
) -> RepairsView:
    """Return the page: of a zone or of all, of a number or of all."""
    whole = _wanted(ways, registry, looked, now)
    every = [row.job.alarm for way in whole for row in way.jobs]
    shown = list(_cut(whole, looked.start, JOBS_SHOWN))
    count = sum(len(way.jobs) for way in shown)
    return RepairsView(
        ways=tuple(shown),
        first=looked.start + 1 if count else 0,
        last=looked.start + count,
        jobs_all=len(every),
        zones=registry.zones(),
        zone=looked.zone,
        number=looked.number,
        may_mend=may_mend,
        provenances=provenances_of(every, registry),
    )


def repairs_csv(
    ways: Sequence[Way], registry: Registry, looked: Looked, words: Wording, now: int
) -> str:
    """Return the list as CSV, in the order it is to be worked down."""
    out = StringIO()
    writer = csv.DictWriter(out, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for way in _wanted(ways, registry, looked, now):
        writer.writerows(_cells(row, words) for row in way.jobs)
    return out.getvalue()


def _wanted(ways: Sequence[Way], registry: Registry, looked: Looked, now: int) -> list[WayView]:
    found = []
    for way in ways:
        rows = [_row(job, registry, now) for job in way.jobs]
        kept = tuple(row for row in rows if _is_wanted(row, registry, looked))
        if kept:
            found.append(WayView(site=way.site, jobs=kept))
    return found


def _is_wanted(row: JobRow, registry: Registry, looked: Looked) -> bool:
    if looked.zone is not None and row.job.alarm.zone != looked.zone:
        return False
    return not looked.number or concerns(row.row, looked.number, registry)


def _row(job: Job, registry: Registry, now: int) -> JobRow:
    today: date = instant(now).date()
    return JobRow(job=job, row=alarm_row(job.alarm, registry, now), warranty=job.warranty(today))


def _cut(ways: Sequence[WayView], start: int, count: int) -> Iterator[WayView]:
    """Yield the ways that some of the jobs lie on."""
    left, skip = count, start
    for way in ways:
        jobs = tuple(islice(way.jobs, skip, skip + left))
        skip = max(0, skip - len(way.jobs))
        left -= len(jobs)
        if jobs:
            yield replace(way, jobs=jobs)


def _cells(row: JobRow, words: Wording) -> Mapping[str, str]:
    job, rule = row.job, row.job.alarm.cause.rule
    lot = job.lots[0] if len(job.lots) == 1 else None
    found: dict[str, object] = {
        "repair": job.repair.id,
        "number": guarded_text(job.number),
        "site": guarded_text(job.site),
        "zone": job.alarm.zone,
        "latitude": job.position[0],
        "longitude": job.position[1],
        "rule": rule,
        "fault": words(f"faults.{rule}.name"),
        "since": rfc3339(instant(job.alarm.began_at)),
        "duty": job.duty,
        "people": job.people,
        "kg_co2_a_day": None if job.kg_a_day is None else f"{job.kg_a_day:.3f}",
        "light_hours_a_night": None
        if job.light_hours_a_night is None
        else f"{job.light_hours_a_night:.1f}",
        "hours_of_work": job.hours,
        "check": words(f"faults.{rule}.check"),
        "carry": words(f"faults.{rule}.carry"),
        "supplier": None if lot is None or lot.supplier is None else guarded_text(lot.supplier),
        "warranty_until": None if lot is None else lot.warranty_until,
        "assignee": None if job.repair.assignee is None else guarded_text(job.repair.assignee),
    }
    return {name: "" if value is None else str(value) for name, value in found.items()}
