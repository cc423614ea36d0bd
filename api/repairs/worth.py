"""The repair list as somebody sees it, with what each repair is worth a day."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from analytics.alarms.alarm import Alarm, AlarmId, Condition
from analytics.alarms.repairlist import ValueKey, Way, repair_list
from analytics.days import day_of
from analytics.night import Pole, required
from analytics.repairvalue import RepairValue, repair_value
from analytics.result import ZoneResult
from analytics.service import alarms, repairs
from analytics.service.alarmtables import ALARM, REPAIR
from api.accounts.actor import Actor
from api.alarms.seeing import sees
from api.results import ResultsSeen
from api.sources import Sources
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.registry.registry import Registry
from ingest.registry.schedule import Schedule


def ways(sources: Sources, actor: Actor, results: ResultsSeen) -> list[Way]:
    """Return what is to be mended now, by way."""
    now = micros(sources.clock.now())
    holds = ALARM.c.condition == str(Condition.ACTIVE)
    with sources.catalog.connect() as connection:
        known: dict[AlarmId, Alarm] = {
            each.id: each for each in alarms.alarms(connection, holds) if sees(actor, sources, each)
        }
        tickets = repairs.repairs(connection, REPAIR.c.closed_at.is_(None))
    registry = sources.registry()
    faulty = {device for each in known.values() for device in each.devices}
    values = _values(registry, results.so_far().results, faulty, now)
    mine = [(each, known[each.alarm]) for each in tickets if each.alarm in known]
    return repair_list(mine, registry, values, now)


def _values(
    registry: Registry, results: list[ZoneResult], faulty: set[DeviceId], now: int
) -> Mapping[ValueKey, RepairValue]:
    found: dict[ValueKey, RepairValue] = {}
    for result in results:
        light_s = _light_s(registry, result, now)
        for figure in result.emissions:
            lamp = figure.device_class is DeviceClass.STREETLIGHT
            found[result.zone.id, figure.device_class] = repair_value(
                figure, faulty=faulty, required_s=light_s if lamp else None
            )
        if light_s is not None:
            nothing = repair_value(None, faulty=faulty, required_s=light_s)
            found.setdefault((result.zone.id, DeviceClass.STREETLIGHT), nothing)
    return found


def _light_s(registry: Registry, result: ZoneResult, now: int) -> int | None:
    """Return for how many seconds light is required tonight, of the zone's first lamp."""
    lamps = (each for each in result.devices if each.device_class is DeviceClass.STREETLIGHT)
    lamp = next(lamps, None)
    if lamp is None:
        return None
    night = day_of(now, ZoneInfo(result.zone.timezone), lamp.device_class)
    pole = Pole.at(*registry.position_of(lamp), result.zone.timezone)
    span = required(Schedule.parse(lamp.schedule), pole, [night])[night]
    return max(0, round(span.seconds))
