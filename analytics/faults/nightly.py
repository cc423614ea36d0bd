"""The rules that look at device-days, one day after the other, causes before consequences."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from analytics.faults import lampdays, setdays, stationdays
from analytics.faults.daily import Judged, Verdict, faults_of_day
from analytics.faults.fault import Fault
from analytics.faults.fleet import Fleet
from analytics.faults.lampdays import LampDays
from analytics.faults.rules import rule
from analytics.faults.setdays import SetDays
from analytics.faults.stationdays import StationDays

Ask = Callable[[Judged], Verdict]


def judge_lamps(lamps: LampDays, judged: Judged) -> list[Fault]:
    """Return faults that are new or changed by the last of some nights."""
    shut = rule("early_shut_off")
    asks: Sequence[tuple[str, Ask]] = (
        ("presumed_down", lambda own: lampdays.presumed_down(lamps, rule("presumed_down"), own)),
        (
            "battery_ageing",
            lambda own: lampdays.battery_ageing(lamps, rule("battery_ageing"), shut, own),
        ),
        (
            "dust_or_shading",
            lambda own: lampdays.dust_or_shading(lamps, rule("dust_or_shading"), own),
        ),
        ("early_shut_off", lambda own: lampdays.early_shut_off(lamps, shut, own)),
    )
    return _in_turn(lamps.fleet, asks, judged)


def judge_sets(sets: SetDays, judged: Judged) -> list[Fault]:
    """Return faults that are new or changed by the last of some days."""
    lows = setdays.low_sets(sets, rule("underperformance"), rule("string_low"), judged)
    asks: list[tuple[str, Ask]] = [
        (name, lambda _, said=verdict: said) for name, verdict in lows.items()
    ]
    asks.append(("clipping", lambda own: setdays.clipping(sets, rule("clipping"), own)))
    return _in_turn(sets.fleet, asks, judged)


def judge_stations(stations: StationDays, judged: Judged) -> list[Fault]:
    """Return faults that are new or changed by the last of some days."""
    asks: Sequence[tuple[str, Ask]] = (
        ("calibration", lambda own: stationdays.calibration(stations, rule("calibration"), own)),
        ("drift", lambda own: stationdays.drift(stations, rule("drift"), own)),
    )
    return _in_turn(stations.fleet, asks, judged)


def _in_turn(fleet: Fleet, asks: Sequence[tuple[str, Ask]], judged: Judged) -> list[Fault]:
    """Ask rule by rule; what one found may explain what the next would."""
    found: list[Fault] = []
    for name, ask in asks:
        own = replace(judged, standing=known_with(judged.standing, found))
        found += faults_of_day(rule(name), fleet, ask(own), own)
    return found


def known_with(known: Sequence[Fault], found: Sequence[Fault]) -> list[Fault]:
    """Return what is known after something was found."""
    merged = {(each.rule, each.subject, each.began_at): each for each in known}
    merged |= {(each.rule, each.subject, each.began_at): each for each in found}
    return list(merged.values())
