"""Streetlights by their readings: dark when they should burn, burning by day, not charging."""

from typing import Final

import numpy as np

from analytics.faults.machine import Flags, Floats, Rows
from analytics.faults.peers import median_of_group
from analytics.faults.rules import Rule
from analytics.faults.seen import Seen
from ingest.contract.period import DAY_US, HOUR_US

_TWENTY_FOUR_VOLTS: Final = 18.0  # a battery that stands above it has twice the cells
_HOURS_A_DEGREE: Final = 1 / 15


def lamp_out(seen: Seen, rule: Rule) -> Rows:
    """A lamp that its controller or its schedule wants lit, with a battery to burn by, is dark."""
    power, level, soc = (seen.column(name) for name in ("load_power", "brightness", "battery_soc"))
    set_point = seen.rated_w * np.where(level > 0, level / 100, 1.0)
    night = seen.elevation < seen.number(rule, "below_sun_deg")
    guard = round(max(seen.fleet.number(rule, "guard_s"), default=0.0) * 1e6)
    known = night & ~np.isnan(power) & ~np.isnan(set_point) & ~battery_low(seen, rule)
    # Switched off by its controller and neither full nor empty: it may be waiting for its charge.
    known &= (seen.column("lamp_on") != 0) | (soc > seen.number(rule, "fine_soc"))
    known[known] = seen.fleet.required(seen.device[known], seen.at[known], guard)
    return seen.rows(
        known,
        raises=power < seen.number(rule, "out_below") * set_point,
        clears=power > seen.number(rule, "lit_above") * set_point,
        evidence={"load_power": power, "battery_soc": soc},
    )


def battery_low(seen: Seen, rule: Rule) -> Flags:
    """Tell of rows whether the battery is so low that the controller cuts the lamp off."""
    volts = seen.column("battery_voltage")
    of_twelve = np.where(volts > _TWENTY_FOUR_VOLTS, volts / 2, volts)
    low = of_twelve <= seen.number(rule, "lvd_v") + seen.number(rule, "above_lvd_v")
    low |= seen.column("battery_soc") <= seen.number(rule, "low_soc")
    word = np.nan_to_num(seen.column("fault_word")).astype(np.int64)
    return np.asarray(low | (word & seen.number(rule, "lvd_bits").astype(np.int64) != 0), np.bool_)


def day_burner(seen: Seen, rule: Rule) -> Rows:
    """A lamp burns while the sun is up."""
    power = seen.column("load_power")
    burns = power > seen.number(rule, "burns_above") * seen.rated_w
    day = seen.elevation > seen.number(rule, "above_sun_deg")
    known = day & ~np.isnan(power) & ~np.isnan(seen.rated_w)
    return seen.rows(known, raises=burns, clears=~burns, evidence={"load_power": power})


def not_charging(seen: Seen, rule: Rule) -> Rows:
    """Around noon a panel gives nothing, while those of neighbors charge their batteries."""
    charge, soc = seen.column("pv_power") / seen.rated_w, seen.column("battery_soc")
    wanting = (soc < seen.number(rule, "full_soc")) & ~np.isnan(charge)
    noon = np.abs(_solar_hour(seen) - 12) <= seen.number(rule, "around_noon_h")
    usual, peers = charging_peers(seen, np.where(wanting & noon, charge, np.nan))
    enough = peers > seen.number(rule, "fewest_peers")
    enough &= usual >= seen.number(rule, "least_peer_share")
    full = soc >= seen.number(rule, "full_soc")
    ratio = np.divide(charge, usual, out=np.full(len(seen), np.nan), where=enough & wanting)
    return seen.rows(
        noon & (full | (enough & wanting)),
        raises=ratio < seen.number(rule, "below"),
        clears=full | (ratio > seen.number(rule, "back_above")),
        evidence={"pv_power": seen.column("pv_power"), "battery_soc": soc},
    )


def charging_peers(seen: Seen, charge: Floats) -> tuple[Floats, "Floats"]:
    """Return the median of what a zone's lamps do in the same interval, and of how many."""
    slot = max(float(np.median(seen.fleet.interval_s)), 1.0) * 1e6
    median, count = median_of_group(seen.at // round(slot), charge)
    return median, count.astype(np.float64)


def _solar_hour(seen: Seen) -> Floats:
    """Return mean solar time; the sun is up to a quarter of an hour before or behind it. [h]"""
    longitude = np.array([place.longitude for place in seen.fleet.places])[
        seen.fleet.place[seen.device]
    ]
    hour = seen.at % DAY_US / HOUR_US + longitude * _HOURS_A_DEGREE
    return np.asarray(hour % 24, np.float64)
