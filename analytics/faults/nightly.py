"""The rules that look at device-days, one day after the other, causes before consequences."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from analytics.faults import lampdays, setdays, stationdays
from analytics.faults.daily import Judged, Verdict, faults_of_day
from analytics.faults.fault import Fault
from analytics.faults.fleet import Fleet
from analytics.faults.lampdays import LampDays
from analytics.faults.rules import Rule, rule
from analytics.faults.setdays import SetDays
from analytics.faults.stationdays import StationDays

Ask = Callable[[Sequence[Fault]], Verdict]


def judge_lamps(lamps: LampDays, judged: Judged) -> list[Fault]:
    """Return faults that are new or changed by the last of some nights."""
    silent, worn, dusty, shut = map(
        rule, ("presumed_down", "battery_ageing", "dust_or_shading", "early_shut_off")
    )
    asks: Sequence[tuple[Rule, Ask]] = (
        (silent, lambda _: lampdays.presumed_down(lamps, silent)),
        (worn, lambda known: lampdays.battery_ageing(lamps, worn, shut, known)),
        (dusty, lambda known: lampdays.dust_or_shading(lamps, dusty, known)),
        (shut, lambda known: lampdays.early_shut_off(lamps, shut, known)),
    )
    return _in_turn(lamps.fleet, asks, judged)


def judge_sets(sets: SetDays, judged: Judged) -> list[Fault]:
    """Return faults that are new or changed by the last of some days."""
    low, clipped = map(rule, ("underperformance", "clipping"))
    lows = setdays.low_sets(sets, low, judged.standing)
    asks: list[tuple[Rule, Ask]] = [
        (rule(name), lambda _, said=verdict: said)  # type: ignore[misc]
        for name, verdict in lows.items()
    ]
    asks.append((clipped, lambda _: setdays.clipping(sets, clipped)))
    return _in_turn(sets.fleet, asks, judged)


def judge_stations(stations: StationDays, judged: Judged) -> list[Fault]:
    """Return faults that are new or changed by the last of some days."""
    spikes, drifting = rule("calibration"), rule("drift")
    asks: Sequence[tuple[Rule, Ask]] = (
        (spikes, lambda _: stationdays.calibration(stations, spikes)),
        (drifting, lambda _: stationdays.drift(stations, drifting)),
    )
    return _in_turn(stations.fleet, asks, judged)


def _in_turn(fleet: Fleet, asks: Sequence[tuple[Rule, Ask]], judged: Judged) -> list[Fault]:
    """Ask rule by rule; what one found may explain what the next would."""
    found: list[Fault] = []
    for asked, ask in asks:
        own = replace(judged, standing=known_with(judged.standing, found))
        found += faults_of_day(asked, fleet, ask(own.standing), own)
    return found


def known_with(known: Sequence[Fault], found: Sequence[Fault]) -> list[Fault]:
    """Return what is known after something was found."""
    merged = {(each.rule, each.subject, each.began_at): each for each in known}
    merged |= {(each.rule, each.subject, each.began_at): each for each in found}
    return list(merged.values())
