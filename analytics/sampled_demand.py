"""Samples of sets off the grid: each set's own tiers, for the whole of the lot.

After AMS-I.L: a tier's threshold is of one set and calendar year, so each sampled set's energy is
split before the lot's is told from it, and a lot is sampled once a year. Each tier is credited at
the lower bound of its own interval, which is less than the bound of their sum.
"""

from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal
from typing import Final

import numpy as np

from analytics.avoided import Emissions, Line, Verdict
from analytics.figures import Coverage
from analytics.methods.method import Choices, Parameter
from analytics.methods.suppressed_demand import KG_A_MWH_T, SUPPRESSED_DEMAND, tier_factor
from analytics.methods.tiers import DEFAULT_VARIANT, tiers_of
from analytics.samples import Sampled, expand

_MWH_A_KWH: Final = 1_000_000
_DAY_S: Final = 86_400


def split_off(
    sample: Sampled, figure: Emissions, population: int, choices: Choices
) -> tuple[Emissions, Emissions]:
    """Return a class's figure without the pieces of a sample, and the figure of those."""
    lines, total_kwh = _lines(sample, population, choices)
    mine = _part(figure.coverage, population)
    days = (sample.last - sample.first).days + 1
    covered = min(mine.expected_s, population * days * _DAY_S)
    nothing = figure.verdict.table.where(np.zeros(len(figure.verdict.table), np.bool_))
    own = replace(
        figure,
        method=SUPPRESSED_DEMAND,
        lines=lines,
        measured_mwh=0,
        estimated_mwh=_mwh(total_kwh),
        credited_mwh=sum(line.quantity for line in lines),
        distance_m=0,
        coverage=replace(mine, sampled=population, covered_s=covered),
        assumed_inputs=(),
        decisive_inputs=(),
        reasons=(),
        verdict=Verdict(table=nothing, reason=np.zeros(0, np.int64), reasons=("",)),
    )
    return replace(figure, coverage=_without(figure.coverage, mine)), own


def _lines(sample: Sampled, population: int, choices: Choices) -> tuple[tuple[Line, ...], Decimal]:
    """Return a line a tier, at the lower bound of what the lot has in it, and the lot's energy."""
    kind = sample.building_type or ""
    tiers = tiers_of(kind, choices.parameters.get("tiers", DEFAULT_VARIANT))
    shares = [tiers.split(before_kwh=Decimal(0), kwh=each) for each in sample.kwh]
    found: list[Line] = []
    total = Decimal(0)
    by_tier = zip(tiers.tiers, zip(*shares, strict=True), strict=True)
    for number, (tier, values) in enumerate(by_tier, start=1):
        expanded = expand(list(values), population)
        total += expanded.total
        if expanded.total:
            low = expanded.conservative
            error = expanded.half_width / low * 100 if low else Decimal(0)
            factor = tier_factor(kind, number, tier.t_per_mwh, tiers)
            found.append(_line(_mwh(low), factor, error))
    return tuple(found), total


def _line(quantity: int, factor: Parameter, u95_percent: Decimal) -> Line:
    return Line(
        name="tier",
        quantity=quantity,
        unit="mWh",
        factor=factor,
        scale=KG_A_MWH_T,
        adds=True,
        squares=0,
        u95_percent=u95_percent,
        sampled=True,
    )


def _part(whole: Coverage, pieces: int) -> Coverage:
    each = whole.expected_s // whole.handed_over
    return Coverage(handed_over=pieces, metered=0, covered_s=0, expected_s=pieces * each)


def _without(whole: Coverage, part: Coverage) -> Coverage:
    return replace(
        whole,
        handed_over=whole.handed_over - part.handed_over,
        expected_s=whole.expected_s - part.expected_s,
    )


def _mwh(kwh: Decimal) -> int:
    return int((kwh * _MWH_A_KWH).to_integral_value(rounding=ROUND_FLOOR))
