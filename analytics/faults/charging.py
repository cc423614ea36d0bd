"""How well a lamp's panel charges, day by day, against its neighbors' at the same time.

A battery that is full takes nothing, so only times count at which both want their charge.
"""

import numpy as np

from analytics.faults.lamps import charging_peers
from analytics.faults.machine import Floats
from analytics.faults.rules import rule
from analytics.faults.seen import Seen


def charge_ratios(seen: Seen) -> Floats:
    """Return each lamp's charge over its neighbors' median; NaN where too little can be compared.

    Args:
        seen: Readings of one day.
    """
    dust = rule("dust_or_shading")
    charge, soc = seen.column("pv_power") / seen.rated_w, seen.column("battery_soc")
    wanting = (soc < seen.number(dust, "full_soc")) & ~np.isnan(charge)
    wanting &= seen.clear_sky > seen.number(dust, "bright_w_m2")
    usual, peers = charging_peers(seen, np.where(wanting, charge, np.nan))
    counted = wanting & (peers > seen.number(dust, "fewest_peers"))
    counted &= usual >= seen.number(dust, "least_peer_share")
    own, theirs, slots = (
        np.bincount(seen.device[counted], weights=each[counted], minlength=len(seen.fleet))
        for each in (charge, usual, np.ones(len(seen)))
    )
    enough = slots >= seen.fleet.number(dust, "least_slots")
    result = np.full(len(seen.fleet), np.nan)
    np.divide(own, theirs, out=result, where=enough & (theirs > 0))
    return result
