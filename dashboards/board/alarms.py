"""The pages of alarms: what is open, one of them with its story, and how many there were."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from analytics.alarms.action import Action
from analytics.alarms.alarm import Alarm, CauseKind
from analytics.alarms.failures import FailureRate
from analytics.alarms.lifecycle import is_chattering, is_stale
from analytics.alarms.mending import Repair
from analytics.alarms.notice import Notice
from analytics.alarms.policy import policy
from analytics.alarms.spot import Position, devices_of, spot_of
from analytics.alarms.statistics import AlarmStatistics, Benchmark
from analytics.faults.fault import Consequence
from dashboards.board.labels import label_of
from ingest.registry.model import Device, Lot, Provenance, Zone
from ingest.registry.registry import Registry

ROWS_SHOWN: Final = 100
_DEVICES_SHOWN: Final = 60
_UTC: Final = "UTC"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """An alarm as it is listed."""

    alarm: Alarm
    number: str  # painted on what is broken, else what it is called
    site: str
    timezone: str
    chattering: bool
    stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmsView:
    """The list of alarms."""

    rows: tuple[AlarmRow, ...]
    more: bool  # whether there are others
    zones: tuple[Zone, ...]
    zone: str | None
    number: str  # that was searched for
    history: bool
    now: int
    provenances: tuple[Provenance, ...]

    @property
    def air(self) -> tuple[AlarmRow, ...]:
        """Limits that were exceeded: warnings of the ministry's, and nothing to mend."""
        return tuple(row for row in self.rows if _is_of_the_air(row))

    @property
    def repairs(self) -> tuple[AlarmRow, ...]:
        """What somebody has to mend."""
        return tuple(row for row in self.rows if not _is_of_the_air(row))


def _is_of_the_air(row: AlarmRow) -> bool:
    return row.alarm.consequence is Consequence.ENVIRONMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmStory:
    """What is known of one alarm besides itself."""

    actions: Sequence[Action]
    notices: Sequence[Notice]
    repairs: Sequence[Repair]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmView:
    """The page of one alarm."""

    row: AlarmRow
    zone: str
    position: Position
    lots: tuple[Lot, ...]
    devices: tuple[Device, ...]  # as many as can be looked at
    devices_all: int
    evidence: tuple[tuple[str, str], ...]
    story: AlarmStory
    may_handle: bool
    now: int
    provenances: tuple[Provenance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmStatisticsView:
    """The page of how alarms were in the last weeks."""

    statistics: AlarmStatistics
    rows: tuple[AlarmRow, ...]  # those that chatter, then the stale ones
    by_model: tuple[FailureRate, ...]
    by_lot: tuple[FailureRate, ...]
    benchmarks: tuple[Benchmark, ...]
    now: int
    provenances: tuple[Provenance, ...]


def alarm_row(alarm: Alarm, registry: Registry, now: int) -> AlarmRow:
    """Return an alarm as it is listed."""
    place, zone = spot_of(alarm, registry), registry.zone(alarm.zone)
    return AlarmRow(
        alarm=alarm,
        number=place.number,
        site=place.site,
        timezone=_UTC if zone is None else zone.timezone,
        chattering=is_chattering(alarm, policy()),
        stale=is_stale(alarm, policy(), now),
    )


def alarm_view(
    alarm: Alarm,
    registry: Registry,
    story: AlarmStory,
    *,
    evidence: bool,
    may_handle: bool,
    now: int,
) -> AlarmView:
    """Return the page of one alarm; what it rests on is not shown to everybody."""
    devices = devices_of(alarm, registry)
    place, zone = spot_of(alarm, registry), registry.zone(alarm.zone)
    shown = sorted(alarm.evidence.items()) if evidence else []
    return AlarmView(
        row=alarm_row(alarm, registry, now),
        zone=alarm.zone if zone is None else zone.name,
        position=place.position,
        lots=place.lots,
        devices=tuple(sorted(devices, key=label_of)[:_DEVICES_SHOWN]),
        devices_all=len(devices),
        evidence=tuple((name, f"{value:g}") for name, value in shown),
        story=story,
        may_handle=may_handle,
        now=now,
        provenances=provenances_of([alarm], registry),
    )


def concerns(row: AlarmRow, number: str, registry: Registry) -> bool:
    """Tell whether an alarm is about something with a painted number, or part of one."""
    wanted = number.casefold()
    known = (registry.device(each) for each in row.alarm.devices)
    names = [row.number, *(label_of(each) for each in known if each is not None)]
    return any(wanted in name.casefold() for name in names)


def provenances_of(alarms: Sequence[Alarm], registry: Registry) -> tuple[Provenance, ...]:
    """Return where what alarms are about sends its readings from."""
    found = set[Provenance]()
    for alarm in alarms:
        gateway = registry.gateway(alarm.cause.subject)
        if alarm.cause.kind is CauseKind.GATEWAY and gateway is not None:
            found.add(gateway.provenance)
        devices = (registry.device(each) for each in alarm.devices)
        found |= {registry.provenance_of(each) for each in devices if each is not None}
    return tuple(sorted(found))
