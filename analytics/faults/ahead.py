"""What is told before it is a fault: SIM cards that run out; and limits of the air, exceeded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from analytics.air.exceeding import Exceedance
from analytics.air.limits import limits
from analytics.faults.fault import Fault
from analytics.faults.rules import rule
from ingest.contract.period import HOUR_US, LATE_AFTER, micros
from ingest.registry.expiry import running_out
from ingest.registry.registry import Registry

_EXPIRING: Final = "sim_expiring"
_EXCEEDED: Final = "limit_exceeded"
_LATE_US: Final = HOUR_US + LATE_AFTER // timedelta(microseconds=1)  # behind the end of an hour


def sims_running_out(
    registry: Registry, *, today: date, now: int, standing: Iterable[Fault]
) -> list[Fault]:
    """Return warnings of gateways whose SIM card runs out, and the all-clear of those that do not.

    A warning begins on a UTC day: `days` before the card's last one.
    """
    warned = rule(_EXPIRING)
    ahead = timedelta(days=warned.defaults["days"])
    found: list[Fault] = []
    for each in running_out(registry, today, within=ahead):
        begins = today + timedelta(days=each.days_left) - ahead
        began = micros(datetime.combine(begins, time(0), tzinfo=UTC))
        found.append(
            Fault(
                rule=warned.id,
                subject=each.gateway.id,
                consequence=warned.consequence,
                began_at=began,
                raised_at=began,
                proven_at=now,
                evidence={"days_left": float(each.days_left)},
            )
        )
    kept = {(fault.subject, fault.began_at) for fault in found}
    return [*found, *_over(standing, kept, now)]


def _over(standing: Iterable[Fault], kept: set[tuple[str, int]], now: int) -> Iterable[Fault]:
    for fault in standing:
        gone = (fault.subject, fault.began_at) not in kept
        if fault.rule == _EXPIRING and fault.cleared_at is None and gone:
            yield replace(fault, cleared_at=now)


def limits_exceeded(
    exceedances: Sequence[Exceedance], *, heard_until: Mapping[str, int], now: int
) -> list[Fault]:
    """Return environmental warnings; those of one station and hour are microseconds apart.

    Nobody is warned of what was over before it was known.

    Args:
        exceedances: Of all stations.
        heard_until: The end of each station's last known hour. [microseconds]
        now: Our clock. [microseconds]
    """
    exceeded = rule(_EXCEEDED)
    found: dict[tuple[str, str, str, datetime], Fault] = {}
    for each in sorted(exceedances, key=lambda one: one.limit.value):
        cleared = None if each.cleared is None else micros(each.cleared)
        name = f"{each.pollutant}_{each.limit.averaging}"
        began = micros(each.since) + limits().index(each.limit)
        fault = Fault(
            rule=exceeded.id,
            subject=each.station,
            consequence=exceeded.consequence,
            began_at=began,
            raised_at=began,
            cleared_at=cleared,
            proven_at=now,
            late=now - min(cleared or now, heard_until.get(each.station, 0)) > _LATE_US,
            evidence={name: float(each.highest), f"{name}_limit": float(each.limit.value)},
        )
        # Where a country has two limits of one mean the stricter one says it all.
        found.setdefault((each.station, each.pollutant, each.limit.averaging, each.since), fault)
    return list(found.values())
