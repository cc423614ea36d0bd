"""Samples in figures: what nobody meters, credited at the lower bound of its interval."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from analytics.avoided import Emissions, Line
from analytics.factors.grid import GridFactor
from analytics.figures import Coverage
from analytics.samples import Expanded, Sample, expand

SAMPLED: Final = "sampled"
_MWH_A_KWH: Final = 1_000_000
_DAY_S: Final = 86_400


def with_samples(
    figures: Iterable[Emissions],
    samples: Sequence[Sample],
    *,
    zone: str,
    first: date,
    last: date,
) -> list[Emissions]:
    """Return figures with what samples of their class and days add.

    A sample of days outside the period is of another figure. Off-grid tiers are each unit's own
    and cannot be told from a total, so a sample adds nothing there.
    """
    return [
        _with([one for one in samples if _fits(one, figure, zone, first, last)], figure)
        for figure in figures
    ]


def _fits(sample: Sample, figure: Emissions, zone: str, first: date, last: date) -> bool:
    """Tell whether a sample is of a figure; the first method of its class takes it."""
    of_it = (sample.zone, sample.device_class) == (zone, figure.device_class)
    inside = first <= sample.first and sample.last <= last
    return of_it and inside and _grid_line(figure) is not None and figure.method.displaces


def _grid_line(figure: Emissions) -> Line | None:
    lines = (line for line in figure.lines if isinstance(line.factor, GridFactor))
    return next(lines, None)


def _with(samples: Sequence[Sample], figure: Emissions) -> Emissions:
    for sample in samples:
        figure = _added(sample, expand(sample.kwh, sample.population), figure)
    return figure


def _added(sample: Sample, expanded: Expanded, figure: Emissions) -> Emissions:
    main = _grid_line(figure)
    assert main is not None  # noqa: S101 - _fits has seen to it
    credited = _mwh(expanded.conservative)
    error = expanded.half_width / expanded.conservative * 100 if credited else Decimal(0)
    line = replace(
        main, name=SAMPLED, quantity=credited, squares=0, u95_percent=error, sampled=True
    )
    told = f"sample of {expanded.pieces} of {expanded.population}"
    return replace(
        figure,
        lines=(*figure.lines, line),
        estimated_mwh=figure.estimated_mwh + _mwh(expanded.total),
        credited_mwh=figure.credited_mwh + credited,
        coverage=_covered(sample, figure.coverage),
        reasons=(*figure.reasons, f"{told}: the lower bound of its 95 % interval is credited"),
    )


def _covered(sample: Sample, coverage: Coverage) -> Coverage:
    """Count what was sampled for the days of the sample, and never more than there is."""
    pieces = min(sample.population, coverage.unmonitored)
    days = (sample.last - sample.first).days + 1
    return replace(
        coverage,
        sampled=coverage.sampled + pieces,
        covered_s=min(coverage.expected_s, coverage.covered_s + pieces * days * _DAY_S),
    )


def _mwh(kwh: Decimal) -> int:
    return int((kwh * _MWH_A_KWH).to_integral_value(rounding=ROUND_FLOOR))
