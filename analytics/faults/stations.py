"""Air stations by their readings: stuck, in contradiction with themselves, out of range, damp."""

from itertools import pairwise

import numpy as np

from analytics.faults.machine import HOLE_US, Flags, Floats, Instants, Rows
from analytics.faults.rules import Rule
from analytics.faults.seen import Seen
from ingest.contract.catalog import metrics_of
from ingest.contract.quality import Quality

_NEVER = np.iinfo(np.int64).max


def stuck(seen: Seen, rule: Rule) -> Rows:
    """An instrument says the same for hours, above its detection limit."""
    tolerance, above = (seen.number(rule, name) for name in ("tolerance", "above"))
    raises = np.zeros(len(seen), np.bool_)
    known = np.zeros(len(seen), np.bool_)
    since = np.full(len(seen), _NEVER)
    told = {}
    for metric in rule.metrics:
        values = seen.column(metric)
        flat = _flat_since(seen, values, tolerance)
        own = (seen.at - flat >= rule.on_delay_us) & (values > above)
        known |= ~np.isnan(values)
        raises |= own
        since = np.where(own, np.minimum(since, flat), since)
        told[metric] = np.where(own, values, np.nan)
    since = np.where(raises, since, seen.at)
    return seen.rows(known, raises=raises, clears=~raises, since=since, evidence=told)


def _flat_since(seen: Seen, values: Floats, tolerance: Floats) -> Instants:
    """Return since when each value has been what it is; a hole begins it anew."""
    there = np.flatnonzero(~np.isnan(values))
    result = seen.at.copy()
    if len(there):
        own, at, device = values[there], seen.at[there], seen.device[there]
        begins = np.ones(len(there), np.bool_)
        begins[1:] = np.abs(np.diff(own)) > tolerance[there[1:]]
        begins[1:] |= (np.diff(device) != 0) | (np.diff(at) > 2 * HOLE_US)
        result[there] = at[np.flatnonzero(begins)][np.cumsum(begins) - 1]
    return result


def cross_check(seen: Seen, rule: Rule) -> Rows:
    """Fine dust is more than all the dust it is part of, for most of some hours."""
    fine, all_dust = seen.column("pm25"), seen.column("pm10")
    known = ~np.isnan(fine) & ~np.isnan(all_dust)
    above = fine > all_dust * seen.number(rule, "factor")
    above &= fine > all_dust + seen.number(rule, "margin")
    window = round(max(seen.fleet.number(rule, "window_s"), default=0.0) * 1e6)
    share, whole = _share_within(seen, above & known, known, window)
    return seen.rows(
        known & whole,
        raises=share >= seen.number(rule, "share"),
        clears=share <= seen.number(rule, "back_share"),
        evidence={"pm25": fine, "pm10": all_dust},
    )


def _share_within(seen: Seen, said: Flags, known: Flags, window_us: int) -> tuple[Floats, Flags]:
    """Return the share of known rows up to each that say it, and whether the window is whole."""
    if not len(seen):
        return np.zeros(0), np.zeros(0, np.bool_)
    order = np.arange(len(seen))
    edges = np.flatnonzero(np.diff(seen.device, prepend=-1))
    start = np.zeros(len(seen), np.int64)
    for low, high in pairwise([*edges, len(seen)]):
        at = seen.at[low:high]
        start[low:high] = low + np.searchsorted(at, at - window_us, side="right")
    yes, all_of = (np.concatenate(([0], np.cumsum(each))) for each in (said & known, known))
    count = all_of[order + 1] - all_of[start]
    share = np.divide(yes[order + 1] - yes[start], count, out=np.zeros(len(seen)), where=count > 0)
    begins = np.zeros(len(seen), np.int64)
    begins[edges] = 1
    first = seen.at[edges][np.cumsum(begins) - 1]
    return share, seen.at - first >= window_us * 2 // 3


def out_of_range(seen: Seen, rule: Rule) -> Rows:
    """An instrument keeps saying what cannot be: beyond its span, or below its detection limit."""
    limits = metrics_of(seen.fleet.device_class)
    raises = np.zeros(len(seen), np.bool_)
    known = np.zeros(len(seen), np.bool_)
    told = {}
    for metric in rule.metrics:
        flags = seen.flags(metric)
        values = seen.block.values.get(metric, np.full(len(seen), np.nan))
        there = (flags != 0) & (flags != Quality.MISSING) & ~np.isnan(values)
        low = limits[metric].low
        # A small negative is noise around nothing, though ingest's plausible range ends at 0.
        lowest = seen.number(rule, "lowest") if low == 0 else np.full(len(seen), low)
        wrong = there & ((values < lowest) | (values > limits[metric].high))
        known |= there
        raises |= wrong
        told[metric] = np.where(wrong, values, np.nan)
    return seen.rows(known, raises=raises, clears=~raises, evidence=told)


def humidity(seen: Seen, rule: Rule) -> Rows:
    """Air is so damp that optical sensors count droplets as dust."""
    damp = seen.column("humidity")
    return seen.rows(
        ~np.isnan(damp),
        raises=damp > seen.number(rule, "above"),
        clears=damp < seen.number(rule, "below"),
        evidence={"humidity": damp},
    )
