"""Repairs of a period, as a report quotes them: as they stood at its end, whatever came later."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from analytics.alarms.alarm import Alarm
from analytics.alarms.mending import Repair
from analytics.quoting import Document
from ingest.contract.period import Period, instant, rfc3339
from ingest.registry.model import Device
from ingest.registry.registry import Registry

Ticket = tuple[Repair, Alarm]


def reported(
    tickets: Iterable[Ticket], spans: Mapping[str, Period], registry: Registry
) -> list[Document]:
    """Return the repairs that were open in a period, by number.

    Args:
        tickets: Repairs with their alarms.
        spans: The period in each zone's local days; tickets of other zones are left out.
        registry: As far as the report is about it; tickets of other devices are left out.
    """
    found = []
    for ticket, alarm in tickets:
        span = spans.get(alarm.zone)
        if span is None or not _within(ticket, span) or not _known(alarm, registry):
            continue
        found.append((as_of(ticket, span.end), alarm))
    ordered = sorted(found, key=lambda one: one[0].id)
    return [_row(ticket, alarm, registry) for ticket, alarm in ordered]


def as_of(ticket: Repair, end: int) -> Repair:
    """Return a ticket as it stood at an instant in microseconds."""
    known = ticket
    if known.judged_at is not None and known.judged_at >= end:
        known = replace(known, helped=None, judged_at=None)
    if known.closed_at is not None and known.closed_at >= end:
        known = replace(known, closed_at=None, closed_by=None, cause=None, parts=None)
    if known.assigned_at is not None and known.assigned_at >= end:
        known = replace(known, assignee=None, assigned_at=None)
    return known


def _within(ticket: Repair, span: Period) -> bool:
    return ticket.opened_at < span.end and (
        ticket.closed_at is None or ticket.closed_at >= span.start
    )


def _known(alarm: Alarm, registry: Registry) -> bool:
    subject = alarm.cause.subject
    return (
        any(registry.device(each) is not None for each in alarm.devices)
        or registry.gateway(subject) is not None
    )


def _row(ticket: Repair, alarm: Alarm, registry: Registry) -> Document:
    devices = [found for each in alarm.devices if (found := registry.device(each)) is not None]
    return {
        "number": f"R-{ticket.id}",
        "zone": alarm.zone,
        "device": alarm.cause.subject,
        "painted_number": _painted(alarm, devices),
        "devices": len(devices),
        "lot": _only(devices),
        "fault": alarm.cause.rule,
        "since": rfc3339(instant(alarm.began_at)),
        "opened": rfc3339(instant(ticket.opened_at)),
        "closed": None if ticket.closed_at is None else rfc3339(instant(ticket.closed_at)),
        "cause": ticket.cause,
        "parts": ticket.parts or None,
        "helped": ticket.helped,
    }


def _painted(alarm: Alarm, devices: Iterable[Device]) -> str | None:
    own = (each.painted_number for each in devices if each.id == alarm.cause.subject)
    return next(own, None)


def _only(devices: Iterable[Device]) -> str | None:
    lots = {device.lot for device in devices}
    return lots.pop() if len(lots) == 1 else None
