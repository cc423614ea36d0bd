"""What of a station's air may be shown to whom: all of it to some, to others what is released."""

from dataclasses import replace
from functools import partial

from analytics.air.days import STATIONS
from analytics.air.release import Release, is_released
from analytics.condition import Condition
from analytics.service.decisions import standing
from api.accounts.actor import Actor, Permission
from api.sources import Sources
from ingest.contract.identity import DeviceId
from ingest.contract.period import Period
from ingest.registry.model import Device


def may_see(actor: Actor, device: Device, span: Period, sources: Sources) -> bool:
    """Tell whether somebody may see what a device measured in a span: air may be internal yet."""
    if device.device_class not in STATIONS or actor.may(Permission.READ_UNRELEASED):
        return True
    with sources.catalog.connect() as connection:
        return is_released(standing(connection, Release), sources.registry(), device, span)


def seen_by(actor: Actor, found: Condition, sources: Sources) -> Condition:
    """Return a condition without the air that somebody may not see before it is released."""
    if actor.may(Permission.READ_UNRELEASED):
        return found
    with sources.catalog.connect() as connection:
        may_be_shown = partial(is_released, standing(connection, Release), sources.registry())
    span: Period = found.result.passed.by_day.span
    hidden: set[DeviceId] = {
        each.id for each in found.result.devices if not may_be_shown(each, span)
    }
    return replace(
        found,
        index=tuple(each for each in found.index if each.station not in hidden),
        exceedances=tuple(each for each in found.exceedances if each.station not in hidden),
    )
