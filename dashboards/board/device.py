"""A device's page, from one of its days, its facts, and what the registry says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from analytics.days import span_of
from analytics.deviceday import DeviceDay
from analytics.judging import why_not_credited
from analytics.methods.catalog import METHODS, method_of
from analytics.night import Pole, darkness
from analytics.totals import share
from dashboards.board.charts import LinePlot, line_plot
from dashboards.board.curves import charts_of
from dashboards.board.headlines import kwh
from dashboards.board.readings import reading_views
from dashboards.board.states import condition
from dashboards.board.views import DayRow, DeviceView
from ingest.contract.catalog import metrics_of
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.registry.model import Device, Zone
from ingest.registry.registry import Registry
from ingest.storage.block import Block, Reading

_JOINED_INTERVALS: Final = 2  # a gauge holds until the next reading, at most two intervals
_DAY_S: Final = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDayShown:
    """What one day of a device is drawn from, and the facts of it and of days before."""

    device: Device
    day: date
    block: Block
    readings: Sequence[Reading]
    facts: Sequence[DeviceDay]
    now: int  # microseconds, UTC
    today: date  # the device day that now lies in


def device_view(registry: Registry, shown: DeviceDayShown) -> DeviceView:
    """Return a device's page."""
    device = shown.device
    zone = registry.zone_of(device)
    lot = registry.lot(device.lot) if device.lot else None
    batch = registry.aid_batch(lot.aid_batch) if lot else None
    found = condition(device, shown.readings, shown.now)
    night = _night(registry, device, zone, shown.day)
    return DeviceView(
        device=device,
        zone=zone,
        lot=lot,
        aid_batch=batch.name if batch else None,
        position=registry.position_of(device),
        earns_credit=device.device_class in METHODS,
        state=found.state,
        heard_at=found.heard_at,
        day=shown.day,
        earlier=shown.day - timedelta(days=1),
        later=shown.day + timedelta(days=1) if shown.day < shown.today else None,
        plots=_plots(device, zone, shown, night),
        night=night,
        readings=reading_views(device.device_class, shown.readings),
        days=tuple(_row(device, fact) for fact in reversed(shown.facts)),
        provenances=(registry.provenance_of(device),),
    )


def _night(registry: Registry, device: Device, zone: Zone, day: date) -> Period | None:
    if device.device_class is not DeviceClass.STREETLIGHT:
        return None
    pole = Pole.at(*registry.position_of(device), zone.timezone)
    return darkness(pole, day, day)[day]


def _plots(
    device: Device, zone: Zone, shown: DeviceDayShown, night: Period | None
) -> tuple[LinePlot, ...]:
    timezone = ZoneInfo(zone.timezone)
    span = span_of(shown.day, timezone, device.device_class)
    metrics = metrics_of(device.device_class)
    return tuple(
        line_plot(
            series,
            unit=metrics[series[0].metric].unit,
            span=span,
            timezone=timezone,
            longest_gap_s=_JOINED_INTERVALS * device.interval_s,
            nights=[night] if night else [],
        )
        for series in charts_of(shown.block)
    )


def _row(device: Device, fact: DeviceDay) -> DayRow:
    method = method_of(device)
    why = why_not_credited(method, device, fact.day, fact.energy_mwh) if method else None
    return DayRow(
        day=fact.day,
        records=fact.records,
        coverage_percent=share(min(fact.covered_s, _DAY_S), _DAY_S),
        energy_kwh=None if fact.energy_mwh is None else kwh(fact.energy_mwh),
        energy_source=fact.energy_source,
        lit_s=fact.lit_s,
        why_not_credited=why,
        credited=method is not None and why is None and fact.energy_mwh is not None,
    )
