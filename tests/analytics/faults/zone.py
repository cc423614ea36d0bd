"""Hand-made readings of a zone in Cambodia, for tests of fault rules."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt

from analytics.faults.fast import judge
from analytics.faults.fault import Fault, RuleId
from analytics.faults.fleet import Fleet, fleet_of
from analytics.faults.seen import Seen, seen
from ingest.contract.identity import GatewayId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.contract.quality import Quality
from ingest.registry.model import Device
from ingest.storage.block import Block
from tests.builders import a_device, a_pv_set, a_registry, a_zone

MINUTE = 60_000_000
EVENING = datetime(2026, 10, 30, 13, 0, tzinfo=UTC)  # 20:00 in Cambodia, dark since 18:00
NOON = datetime(2026, 10, 30, 2, 0, tzinfo=UTC)  # 9:00; the sun is highest at 11:50
Column = float | int | Sequence[float] | npt.NDArray[np.float64]


def lamps(count: int = 1, *, profile: str = "srne_streetlight", interval_s: int = 300) -> Fleet:
    """Return a fleet of lamps of 60 W in Cambodia."""
    return _fleet(
        [
            a_device(f"kh-lamp-{number}", profile=profile, interval_s=interval_s)
            for number in range(count)
        ]
    )


def sets(count: int = 1, **changed: object) -> Fleet:
    """Return a fleet of PV sets of 10 kWp on the grid."""
    return _fleet([a_pv_set(f"kh-pv-{number}", **changed) for number in range(count)])


def stations(count: int = 1, device_class: DeviceClass = DeviceClass.AIR_STATION) -> Fleet:
    """Return a fleet of air stations."""
    return _fleet([_other(f"kh-air-{number}", device_class) for number in range(count)])


def others(device_class: DeviceClass, **changed: object) -> Fleet:
    """Return a fleet of one device of another class."""
    return _fleet([replace(_other("kh-other-0", device_class), **changed)])  # type: ignore[arg-type]


def _other(name: str, device_class: DeviceClass) -> Device:
    device = a_pv_set(name, device_class=device_class, profile="air_station_template")
    return replace(device, rated_power_w=None, rated_power_basis=None)


def _fleet(devices: Sequence[Device]) -> Fleet:
    own = [replace(each, gateway=GatewayId("kh-gw-1")) for each in devices]
    return fleet_of(a_registry(*own), a_zone(), own[0].device_class, own)


def readings(
    fleet: Fleet,
    columns: Mapping[str, Column],
    *,
    start: datetime = EVENING,
    every: int = 5,
    late_by: timedelta = timedelta(0),
) -> Seen:
    """Return readings every few minutes: of each metric one value, one a step, or (n, steps)."""
    steps = max(np.shape(column)[-1] for column in columns.values() if np.ndim(column))
    shape = len(fleet), steps
    at = np.tile(micros(start) + np.arange(steps) * every * MINUTE, len(fleet))
    values = {
        name: np.broadcast_to(np.asarray(column, np.float64), shape).ravel()
        for name, column in columns.items()
    }
    block = Block(
        device_class=fleet.device_class,
        names=fleet.names,
        devices=np.repeat(np.arange(len(fleet), dtype=np.int32), steps),
        measured_at=at,
        values=values,
        flags={
            name: np.where(np.isnan(column), 0, Quality.GOOD).astype(np.int8)
            for name, column in values.items()
        },
    )
    return seen(fleet, block, at + round(late_by.total_seconds() * 1e6))


def found(readings_: Seen, rule: str) -> list[Fault]:
    """Return the faults of one rule, out of all that are judged."""
    faults, _ = judge(readings_, {}, since=0)
    return [fault for fault in faults if fault.rule == RuleId(rule)]


def minutes(fault: Fault, start: datetime = EVENING) -> tuple[int, int, int | None]:
    """Return when a fault began, was raised and cleared, in minutes behind a start."""
    began, raised = ((each - micros(start)) // MINUTE for each in (fault.began_at, fault.raised_at))
    cleared = fault.cleared_at
    return began, raised, None if cleared is None else (cleared - micros(start)) // MINUTE
