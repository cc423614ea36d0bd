"""From what the catalog holds now to what a revision is to hold."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from analytics.claims.claim import published_claims
from analytics.closing.canonical import canonical, content_of
from analytics.days import span_of
from analytics.deviceday import DeviceDay
from analytics.methods.catalog import is_yearly
from analytics.periods import Days
from analytics.quoting import Document
from analytics.report import Scope
from analytics.result import ZoneResult, period_window
from analytics.service import facts
from api.closing import beside
from api.closing.pages import (
    FACTORS,
    FACTS,
    REGISTRY,
    PageName,
    Rows,
    fact_row,
    packed,
    registry_rows,
)
from api.closing.revisions import Basis, Mark
from api.reports.compute import Computed, compute, document
from ingest.contract.identity import DeviceId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import DAY_US, Period
from ingest.registry.model import Device, Zone
from ingest.registry.registry import DanglingReferenceError, Registry
from ingest.tables import WATERMARK

_FACTOR_PACKAGE: Final = "analytics.factors"
_DATA: Final = (".csv", ".toml")
_ANY: Final = DeviceClass.SCHOOL_PV  # whose days run from midnight


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A period as it is computed now."""

    scope: Scope
    days: Days
    provenance: str
    content: Document
    facts: tuple[DeviceDay, ...]
    basis: Basis
    pages: Mapping[PageName, bytes]
    ended: bool  # whether all of it is over, and late data had their 48 hours

    @property
    def body(self) -> bytes:
        """The canonical bytes of the content."""
        return canonical(self.content)

    @property
    def sha256(self) -> str:
        """What the content is called by."""
        return sha256(self.body).hexdigest()


def scope_text(scope: Scope) -> str:
    """Return a scope as it is named in paths and on the command line."""
    return scope.kind if scope.kind == scope.id else f"{scope.kind}:{scope.id}"


def make(
    connection: sa.Connection, registry: Registry, scope: Scope, days: Days, *, software: str
) -> Made:
    """Return a period as the catalog has it now, or raise what `compute` raises."""
    computed = compute(connection, registry, scope, days)
    told = document(computed, software=software, claims=published_claims())
    content = content_of(told)
    reached = facts.progress(connection)
    own = own_facts(connection, computed)
    return Made(
        scope=scope,
        days=days,
        provenance=str(content["provenance"]),
        content=content,
        facts=tuple(own),
        basis=Basis(
            watermark=watermark(connection),
            registry_change=registry.change,
            as_of=reached.as_of,
            changes=reached.changes,
            hours=reached.hours,
            software=software,
            factors={row["file"]: _hash(row["text"]) for row in factor_rows()},
        ),
        pages={
            **fact_pages(own, _zones(computed)),
            PageName(kind=REGISTRY): packed(registry_rows(registry)),
            PageName(kind=FACTORS): packed(factor_rows()),
            **{PageName(kind=n): packed(rows) for n, rows in beside.read(connection, days).items()},
        },
        ended=told["status"] == "open",
    )


def own_facts(connection: sa.Connection, computed: Computed) -> list[DeviceDay]:
    """Return the device-days that the zones in scope have in a period.

    Where a yearly method applies they begin with the year, for its tiers are of the year.
    """
    days = computed.days
    devices = [each for result in computed.results for each in devices_in(computed, result)]
    places = {device.id for device in devices}
    first = date(days.first.year, 1, 1) if any(map(is_yearly, devices)) else days.first
    found = facts.device_days(connection, first=first, last=days.last)
    return [fact for fact in found if fact.device in places]


def devices_in(computed: Computed, result: ZoneResult) -> list[Device]:
    """Return the devices that stood in a result's zone at any time of the period."""
    return devices_of(computed.registry, result.zone, computed.days)


def devices_of(registry: Registry, zone: Zone, days: Days) -> list[Device]:
    """Return the devices that stood in a zone on any day of a period, as they are last."""
    turns = {entry.valid_from for entry in registry.entries}
    spans = [span_of(day, ZoneInfo(zone.timezone), _ANY) for day in (days.first, days.last)]
    start, end = spans[0].start, spans[-1].end + DAY_US
    looked = sorted({start, end, *(turn for turn in turns if start < turn < end)})
    found: dict[DeviceId, Device] = {}
    for at in looked:
        try:
            found |= {device.id: device for device in registry.devices_of_zone(zone.id, at)}
        except DanglingReferenceError:
            continue
    return [found[name] for name in sorted(found)]


def reach_of(zone: Zone, days: Days) -> Period:
    """Return the whole hours that a period's days and nights take."""
    window = period_window(zone, days)
    spans = (window.by_night.span, window.by_day.span)
    return Period(min(span.start for span in spans), max(span.end for span in spans))


def _zones(computed: Computed) -> dict[DeviceId, ZoneId]:
    return {
        device.id: result.zone.id
        for result in computed.results
        for device in devices_in(computed, result)
    }


def fact_pages(own: Iterable[DeviceDay], zones: Mapping[DeviceId, ZoneId]) -> dict[PageName, bytes]:
    """Return a page a zone and day, whose rows are ordered by device."""
    of_page: dict[PageName, list[DeviceDay]] = {}
    for fact in own:
        name = PageName(kind=FACTS, zone=zones[fact.device], day=fact.day.isoformat())
        of_page.setdefault(name, []).append(fact)
    return {
        name: packed([fact_row(fact) for fact in sorted(page, key=lambda fact: fact.device)])
        for name, page in of_page.items()
    }


def factor_rows() -> Rows:
    """Return the tables of factors that this software holds, whole."""
    folder = files(_FACTOR_PACKAGE)
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(_DATA))
    return [{"file": name, "text": folder.joinpath(name).read_text("utf-8")} for name in names]


def watermark(connection: sa.Connection) -> tuple[Mark, ...]:
    """Return how far each worker's archive is taken in."""
    rows = connection.execute(sa.select(WATERMARK).order_by(WATERMARK.c.worker))
    return tuple(
        Mark(worker=row.worker, file=row.archive_file, offset=row.archive_offset) for row in rows
    )


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()
