"""PV sets by their days: a string that fell out, dirt, less than its own normal; and clipping."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics.faults.daily import GOOD_AGAIN, Verdict, last_known, unsound
from analytics.faults.fault import Fault
from analytics.faults.fleet import Fleet
from analytics.faults.machine import Flags, Floats
from analytics.faults.peers import own_normal
from analytics.faults.rules import Rule
from analytics.pv.days import PvDay
from analytics.pv.health import whole_yields
from analytics.pv.peers import compare, low
from analytics.pv.signs import clips
from analytics.uptime.days import UptimeDay, uptime_table
from ingest.contract.identity import DeviceId
from ingest.registry.model import Device

LOW_RULES = ("string_low", "soiling", "underperformance")
_BEFORE = 21  # days that a fall is looked for in
_AROUND = 2  # days on each side of a turn at least
_EXACT = 1e-9
_DOWN = 0.05  # [assumed] of a day that a set was down, and its yield says nothing of its panels


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SetDays:
    """Days of a zone's PV sets side by side, shape (n, d), NaN where nothing is known."""

    fleet: Fleet
    days: Sequence[date]
    share: Floats  # of what peers gave
    confident: Flags  # peers enough, shape (n,)
    facts: Mapping[DeviceId, Sequence[PvDay]]


def set_days(
    fleet: Fleet,
    devices: Sequence[Device],
    positions: Sequence[tuple[float, float]],
    days: Sequence[date],
    *,
    uptime: Iterable[UptimeDay],
    facts: Iterable[PvDay],
) -> SetDays:
    """Lay facts of PV sets side by side.

    Args:
        fleet: The sets, in the order of `devices`.
        devices: The same sets.
        positions: Latitude and longitude of each. [deg]
        days: Consecutive days.
        uptime: Their uptime days.
        facts: Their PV days.
    """
    known = list(uptime)
    yields = whole_yields(
        devices, days, uptime_table(each for each in known if not _was_down(each))
    )
    latitude, longitude = np.array(positions, np.float64).reshape(-1, 2).T
    compared = compare(yields, latitude, longitude)
    share = np.full_like(yields, np.nan)
    np.divide(yields, compared.reference, out=share, where=compared.reference > 0)
    own: dict[DeviceId, list[PvDay]] = {}
    for fact in facts:
        own.setdefault(fact.device, []).append(fact)
    return SetDays(fleet=fleet, days=days, share=share, confident=compared.confident, facts=own)


def _was_down(day: UptimeDay) -> bool:
    return day.known_down_s > _DOWN * day.base_s


def low_sets(sets: SetDays, rule: Rule, standing: Sequence[Fault]) -> Mapping[str, Verdict]:
    """Return what is said of sets that give less than is normal for them, by what it looks like.

    Args:
        sets: Their days.
        rule: The rule of underperformance, whose thresholds hold for all three.
        standing: Faults of the sets, as known so far.
    """
    numbers = rule.defaults
    window = round(numbers["normal_days"])
    ailing = unsound(
        sets.fleet,
        sets.days,
        standing,
        (*LOW_RULES, "zero_output"),
        lead=round(numbers["days"]),
        lag=-GOOD_AGAIN,
    )
    raw = sets.share[:, -window:]
    normal = own_normal(raw, ~ailing[:, -window:], fewest=round(numbers["fewest_normal"]))
    ratio = raw / normal[:, None]
    last = last_known(ratio, round(numbers["days"]))
    lows = (last < numbers["below"]).sum(axis=1)
    known = sets.confident & ~np.isnan(normal) & ~np.isnan(ratio[:, -1])
    recent = last[:, -round(numbers["back_days"]) :]
    back = np.asarray((recent >= numbers["back_above"]).all(axis=1), np.bool_)
    looks = np.full(len(ratio), "", dtype=object)
    # A set that was mended has low days behind it, too.
    asked = known & (ratio[:, -1] < numbers["below"]) & (lows >= numbers["fewest_low"])
    for place in np.flatnonzero(asked).tolist():
        if low(_unflagged(ratio[place], ailing[place, -window:])):
            looks[place] = _look(ratio[place], numbers)
    evidence = {"ratio": ratio[:, -1]}
    return {
        name: Verdict(known=known, raises=looks == name, clears=back, evidence=evidence)
        for name in LOW_RULES
    }


def _unflagged(ratio: Floats, ailing: Flags) -> Floats:
    """Return known ratios of usual days, and the last five whatever they are."""
    kept = ~np.isnan(ratio)
    last = np.flatnonzero(kept)[-5:]
    kept &= ~ailing
    kept[last] = True
    return np.asarray(ratio[kept], np.float64)


def _look(ratio: Floats, numbers: Mapping[str, float]) -> str:
    """Tell what a low set looks like; "" while it is too early to tell."""
    known = np.flatnonzero(~np.isnan(ratio))[-_BEFORE:]
    own = ratio[known]
    last = own[-round(numbers["days"]) :]
    below = last < numbers["below"]
    if (last[below.argmax() :] >= numbers["back_above"]).any():
        return "underperformance"  # it comes and goes
    if np.count_nonzero(below) < numbers["settled_low"]:
        return ""
    better = _step_over_slope(known.astype(np.float64), own)
    patient = np.count_nonzero(own < numbers["below"]) < numbers["at_last"]
    if patient and 1 / numbers["decisive"] < better < numbers["decisive"]:
        return ""
    return "string_low" if better < 1 else "soiling"


def _step_over_slope(day: Floats, ratio: Floats) -> float:
    """Return what a fall at once leaves unexplained, over what a slope from some day on does."""
    turns = range(_AROUND, len(ratio) - _AROUND + 1)
    step = min(_squares(ratio, (day >= day[turn]).astype(np.float64)) for turn in turns)
    slope = min(_squares(ratio, np.maximum(day - day[turn - 1], 0)) for turn in turns)
    return step / max(slope, _EXACT)


def _squares(ratio: Floats, shape: Floats) -> float:
    """Return what a level and so much of a shape leave unexplained, in squares."""
    centered, own = shape - shape.mean(), ratio - ratio.mean()
    spread = float(centered @ centered)
    slope = float(centered @ own) / spread if spread > 0 else 0.0
    rest = own - slope * centered
    return float(rest @ rest)


def clipping(sets: SetDays, rule: Rule) -> Verdict:
    """An inverter gives no more than it can, for hours: larger panels than inverter, no fault."""
    seen = np.array([bool(sets.facts.get(name)) for name in sets.fleet.names], np.bool_)
    days = round(rule.defaults["days"])
    found = np.array([_clips(sets.facts.get(name, ())[-days:]) for name in sets.fleet.names])
    return Verdict(known=seen, raises=found, clears=~found, evidence={})


def _clips(facts: Sequence[PvDay]) -> bool:
    highest = [np.nan if fact.highest_w is None else fact.highest_w for fact in facts]
    return clips(np.array(highest, np.float64), np.array([f.flat_hours for f in facts], np.float64))
