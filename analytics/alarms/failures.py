"""Failure rates by model and by lot: whose equipment fails, and whose warranty that is.

A failure is an alarm of one device about itself. Silence alone is none: it may be the network.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from analytics.alarms.alarm import Alarm, CauseKind
from analytics.faults.fault import Consequence, RuleId
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import DAY_US, Period, utc_day
from ingest.registry.model import Device
from ingest.registry.registry import Registry

_NO_FAILURE: Final = frozenset({RuleId("device_silent"), RuleId("gateway_down"), RuleId("soiling")})
_YEAR_DAYS: Final = Decimal("365.25")
_TENTH: Final = Decimal("0.1")
_LONG_ENOUGH: Final = Decimal(1)  # device-years, before a rate is quoted [assumed]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureRate:
    """How often devices of one model, or of one lot, fail."""

    model: str  # profile
    lot: str | None
    device_class: DeviceClass
    devices: int
    failures: int
    device_years: Decimal
    a_year_per_100: Decimal | None  # None: not long enough to say
    supplier: str | None
    warranty_until: date | None


def failure_rates(
    alarms: Iterable[Alarm], registry: Registry, span: Period, *, by_lot: bool
) -> list[FailureRate]:
    """Return failure rates in a span, the worst first; by lot, or by model over all lots."""
    members: dict[tuple[str, str | None, DeviceClass], list[Device]] = defaultdict(list)
    for device in registry.devices():
        if device.device_class is not DeviceClass.GATEWAY:
            lot = device.lot if by_lot else None
            members[device.profile, lot, device.device_class].append(device)
    failed = Counter(DeviceId(each.cause.subject) for each in alarms if _is_failure(each, span))
    rates = [
        _rate(model, lot, own, registry, sum(failed[device.id] for device in own), span)
        for (model, lot, _), own in members.items()
    ]
    return sorted(
        rates, key=lambda one: (-(one.a_year_per_100 or 0), -one.failures, one.model, one.lot or "")
    )


def _is_failure(alarm: Alarm, span: Period) -> bool:
    cause = alarm.cause
    own = cause.kind is CauseKind.DEVICE and cause.rule not in _NO_FAILURE
    return own and alarm.consequence is Consequence.ALARM and alarm.raised_at in span


def _rate(
    model: str,
    lot: str | None,
    own: Sequence[Device],
    registry: Registry,
    failures: int,
    span: Period,
) -> FailureRate:
    years = sum((_years(device, span) for device in own), Decimal(0))
    delivery = None if lot is None else registry.lot(lot)
    return FailureRate(
        model=model,
        lot=lot,
        device_class=own[0].device_class,
        devices=len(own),
        failures=failures,
        device_years=years.quantize(_TENTH),
        a_year_per_100=_per_100(failures, years),
        supplier=None if delivery is None else delivery.supplier,
        warranty_until=None if delivery is None else delivery.warranty_until,
    )


def _per_100(failures: int, years: Decimal) -> Decimal | None:
    return None if years < _LONG_ENOUGH else (100 * failures / years).quantize(_TENTH)


def _years(device: Device, span: Period) -> Decimal:
    """Return for how long a device was watched in a span: from its handing over on."""
    days = Decimal(span.end - span.start) / DAY_US
    if device.handed_over is not None:
        days = min(days, Decimal((utc_day(span.end) - device.handed_over).days))
    return max(days, Decimal(0)) / _YEAR_DAYS
