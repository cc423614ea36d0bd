"""PV sets by their readings: no power while the sun shines and neighbors have some."""

import numpy as np

from analytics.faults.machine import Flags, Rows
from analytics.faults.peers import median_of_group, share_of_group
from analytics.faults.rules import Rule
from analytics.faults.seen import Seen


def zero_output(seen: Seen, rule: Rule) -> Rows:
    """A set on the grid gives nothing by day, and neither grid nor weather says why."""
    power = seen.column("active_power")
    share = power / seen.rated_w
    bright = seen.clear_sky > seen.number(rule, "clear_sky_w_m2")
    known = bright & ~np.isnan(share) & seen.fleet.on_grid[seen.device]
    nothing = share < seen.number(rule, "below")
    known &= ~_grid_away(seen, rule) & ~_dark_together(seen, rule, np.where(known, share, np.nan))
    return seen.rows(
        known,
        raises=nothing,
        clears=share > seen.number(rule, "above"),
        evidence={"active_power": power},
    )


def _grid_away(seen: Seen, rule: Rule) -> Flags:
    away = np.zeros(len(seen), np.bool_)
    for phase in ("voltage_l1", "voltage_l2", "voltage_l3"):
        away |= seen.column(phase) < seen.number(rule, "grid_v")
    return away


def _dark_together(
    seen: Seen, rule: Rule, share: "np.ndarray[tuple[int], np.dtype[np.float64]]"
) -> Flags:
    """Tell of rows whether most sets of the zone give nothing at the time, or next to nothing."""
    slot = seen.at // round(max(float(np.median(seen.fleet.interval_s)), 1.0) * 1e6)
    there = ~np.isnan(share)
    also, count = share_of_group(slot, share < seen.number(rule, "below"), there)
    usual, _ = median_of_group(slot, share)
    together = also >= seen.number(rule, "peers_also")
    together |= usual < seen.number(rule, "peers_above")
    return np.asarray(together & (count >= seen.number(rule, "fewest_peers")), np.bool_)
