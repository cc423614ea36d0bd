"""Lamps by their nights: cut off early, presumed down, batteries that age, panels under dust."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np

from analytics.faults.daily import GOOD_AGAIN, Verdict, last_known, unsound
from analytics.faults.fault import Fault
from analytics.faults.fleet import Fleet
from analytics.faults.machine import Flags, Floats
from analytics.faults.peers import own_normal
from analytics.faults.rules import Rule
from analytics.lighting.battery import BatteryDay, battery_table
from analytics.lighting.health import beyond_design, cloudy_days, lamp_health
from analytics.uptime.days import UptimeDay
from ingest.contract.identity import DeviceId

_TWENTY_FOUR_VOLTS: Final = 18.0
_FEWEST_PEERS: Final = 5
_NIGHTS: Final = 20  # that rules look back on, but for what is usual


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LampDays:
    """Nights of a zone's lamps side by side, shape (n, d), NaN where nothing is known."""

    fleet: Fleet
    days: Sequence[date]
    base_s: Floats
    up_s: Floats
    down_s: Floats
    lowest_soc: Floats  # [%]
    lowest_v: Floats  # [V]
    charge: Floats  # against neighbors
    batteries: Sequence[BatteryDay]  # of the last nights
    cloudy: set[date]

    @property
    def known_s(self) -> Floats:
        """How long of each night anything was known. [s]"""
        return np.nan_to_num(self.up_s) + np.nan_to_num(self.down_s)


def lamp_days(
    fleet: Fleet,
    days: Sequence[date],
    *,
    uptime: Iterable[UptimeDay],
    batteries: Sequence[BatteryDay],
    charge: Mapping[tuple[DeviceId, date], float],
) -> LampDays:
    """Lay facts of lamps side by side."""
    row = {name: place for place, name in enumerate(fleet.names)}
    column = {day: place for place, day in enumerate(days)}
    table = np.full((6, len(fleet), len(days)), np.nan)
    since = days[-min(_NIGHTS, len(days))]
    for fact in uptime:
        if fact.day >= since and fact.device in row and fact.day in column:
            told = (fact.base_s, fact.up_s, fact.known_down_s)
            table[:3, row[fact.device], column[fact.day]] = told
    for each in batteries:
        if each.day >= since and each.device in row and each.day in column:
            place = row[each.device], column[each.day]
            table[3][place] = np.nan if each.lowest_permille is None else each.lowest_permille / 10
            table[4][place] = np.nan if each.lowest_mv is None else each.lowest_mv / 1_000
    for (device, day), ratio in charge.items():
        if device in row and day in column:
            table[5, row[device], column[day]] = ratio
    base, up, down, soc, volts, panel = table
    return LampDays(
        fleet=fleet,
        days=days,
        base_s=base,
        up_s=up,
        down_s=down,
        lowest_soc=soc,
        lowest_v=volts,
        charge=panel,
        batteries=[each for each in batteries if each.day >= since],
        cloudy=cloudy_days(battery_table(batteries)),
    )


def early_shut_off(lamps: LampDays, rule: Rule, standing: Sequence[Fault]) -> Verdict:
    """A lamp went dark before its schedule's end because its battery was empty."""
    shut, known = shut_nights(lamps, rule)
    down, base = lamps.down_s[:, -1], lamps.base_s[:, -1]
    weather = weather_nights(lamps, rule)[-1]
    full = lamps.up_s[:, -1] >= lamps.fleet.number(rule, "full_share") * base
    return Verdict(
        known=known[:, -1] & (full | ~weather) & ~_starved(lamps, rule, standing)[:, -1],
        raises=shut[:, -1] & ~full,
        clears=full,
        evidence={"down_s": down, "lowest_soc": lamps.lowest_soc[:, -1]},
    )


def _starved(lamps: LampDays, rule: Rule, standing: Sequence[Fault]) -> Flags:
    """Mark nights for which something else has emptied the battery, until it is full again."""
    nights = round(rule.defaults["nights_behind"])
    causes = ("not_charging", "day_burner", "dust_or_shading")
    return unsound(lamps.fleet, lamps.days, standing, causes, lead=1, lag=nights)


def shut_nights(lamps: LampDays, rule: Rule) -> tuple[Flags, Flags]:
    """Return the nights that lamps were cut off in, and those of which enough is known."""
    number = {name: lamps.fleet.number(rule, name)[:, None] for name in rule.defaults}
    known = lamps.known_s >= number["known_share"] * lamps.base_s
    volts = lamps.lowest_v
    of_twelve = np.where(volts > _TWENTY_FOUR_VOLTS, volts / 2, volts)
    low = of_twelve <= number["lvd_v"] + number["above_lvd_v"]
    low |= lamps.lowest_soc <= number["low_soc"]
    shut = known & low & (lamps.down_s >= number["short_s"])
    return np.asarray(shut, np.bool_), np.asarray(known & (lamps.base_s > 0), np.bool_)


def weather_nights(lamps: LampDays, rule: Rule) -> Flags:
    """Mark the nights in which the weather empties batteries: neighbors went dark as well."""
    shut, known = shut_nights(lamps, rule)
    count = known.sum(axis=0)
    share = np.divide(shut.sum(axis=0), count, out=np.zeros(len(lamps.days)), where=count > 0)
    numbers = rule.defaults
    drained = (known & (lamps.lowest_soc <= numbers["peers_soc"])).sum(axis=0)
    together = share > numbers["peers_share"]
    together |= drained > numbers["peers_soc_share"] * count
    cloudy = beyond_design(lamps.cloudy, lamps.days)
    dark = (together & (count >= _FEWEST_PEERS)) | [day in cloudy for day in lamps.days]
    behind = np.array(dark, np.bool_)  # a battery takes some days to recover
    for nights in range(1, round(rule.defaults["nights_behind"]) + 1):
        behind[nights:] |= dark[: len(dark) - nights]
    return behind


def presumed_down(lamps: LampDays, rule: Rule) -> Verdict:
    """A lamp was silent for nights in which its neighbors on the same gateway were not."""
    nights = round(rule.defaults["nights"])
    heard = lamps.known_s > 0
    living = _neighbors_heard(lamps, heard[:, -nights:])
    silent = np.asarray((~heard[:, -nights:] & living).all(axis=1), np.bool_)
    once = np.asarray(heard[:, :-nights].any(axis=1), np.bool_)
    back = heard[:, -1]
    return Verdict(
        known=once & (silent | back),
        raises=silent,
        clears=back,
        evidence={},
    )


def _neighbors_heard(lamps: LampDays, heard: Flags) -> Flags:
    """Tell of each lamp and night whether another one on its gateway was heard."""
    _, gateway = np.unique(np.array(lamps.fleet.gateways), return_inverse=True)
    count = np.zeros((gateway.max(initial=0) + 1, heard.shape[1]), np.int64)
    np.add.at(count, gateway, heard)
    return np.asarray(count[gateway] - heard > 0, np.bool_)


def battery_ageing(
    lamps: LampDays, rule: Rule, shut_rule: Rule, standing: Sequence[Fault]
) -> Verdict:
    """A battery holds far less than those of its kind, or was cut off again and again."""
    number = {name: lamps.fleet.number(rule, name) for name in rule.defaults}
    nights = round(rule.defaults["nights"])
    since = lamps.days[-1] - timedelta(days=nights - 1)
    recent = [each for each in lamps.batteries if since <= each.day <= lamps.days[-1]]
    health = lamp_health(lamps.fleet.names, battery_table(recent))
    told = [each.capacity_wh for each in health] or [None] * len(lamps.fleet)
    capacity = np.array([np.nan if each is None else each for each in told]) / lamps.fleet.rated_w
    enough = np.array([each.nights >= rule.defaults["fewest_nights"] for each in health], np.bool_)
    share = capacity / np.nanmedian(capacity) if np.isfinite(capacity).any() else capacity
    shut, _ = shut_nights(lamps, shut_rule)
    counted = shut & ~weather_nights(lamps, shut_rule) & ~_starved(lamps, shut_rule, standing)
    cut_offs = counted[:, -nights:].sum(axis=1)
    known = ~np.isnan(share) & (enough if len(enough) else False)
    return Verdict(
        known=known,
        raises=(share < number["below"]) | (cut_offs >= number["cut_offs"]),
        clears=(share > number["back_above"]) & (cut_offs == 0),
        evidence={"capacity_share": share, "cut_offs": cut_offs.astype(np.float64)},
    )


def dust_or_shading(lamps: LampDays, rule: Rule, standing: Sequence[Fault]) -> Verdict:
    """A panel charges less than its neighbors' for days, held against what is normal for it."""
    numbers = rule.defaults
    window = round(numbers["normal_days"])
    days = lamps.fleet, lamps.days, standing
    dusty = unsound(*days, (rule.id,), lead=round(numbers["days"]), lag=-GOOD_AGAIN)
    broken = unsound(*days, ("not_charging",), lead=1, lag=0)
    raw = np.where(broken, np.nan, lamps.charge)[:, -window:]
    usual = ~dusty[:, -window:]
    normal = own_normal(raw, usual, fewest=round(numbers["fewest_normal"]))
    ratio = raw / normal[:, None]
    last = last_known(ratio, round(numbers["days"]))
    back = last[:, -round(numbers["back_days"]) :]
    today = ~np.isnan(ratio[:, -1])
    return Verdict(
        known=~np.isnan(normal) & today,
        raises=(last < numbers["below"]).sum(axis=1) >= numbers["fewest_low"],
        clears=np.asarray((back >= numbers["back_above"]).all(axis=1), np.bool_),
        evidence={"charge_ratio": ratio[:, -1]},
    )
