"""Samples in figures: what nobody meters, credited at the bound of its interval that gives less."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from analytics.avoided import Emissions, Line
from analytics.factors.grid import GridFactor
from analytics.figures import Coverage
from analytics.methods.method import Choices
from analytics.methods.vehicles import ELECTRIC_VEHICLES, assumed_use
from analytics.sampled_driving import driving_lines
from analytics.samples import FEWEST, Expanded, Sampled, expand

SAMPLED: Final = "sampled"
_MWH_A_KWH: Final = 1_000_000
_DAY_S: Final = 86_400


def with_samples(
    figures: Iterable[Emissions],
    samples: Sequence[Sampled],
    *,
    zone: str,
    first: date,
    last: date,
    choices: Choices | None = None,
) -> list[Emissions]:
    """Return figures with what samples of their class and days add.

    A sample of days outside the period is of another figure. Off-grid tiers are each unit's own
    and cannot be told from a total, so a sample adds nothing there. What is metered by now is no
    part of a sample's population any more.
    """
    chosen = choices or Choices()
    return [
        _with([one for one in samples if _fits(one, figure, zone, first, last)], figure, chosen)
        for figure in figures
    ]


def _fits(sample: Sampled, figure: Emissions, zone: str, first: date, last: date) -> bool:
    """Tell whether a sample is of a figure; the first method of its class takes it."""
    of_it = (sample.zone, sample.device_class) == (zone, figure.device_class)
    inside = first <= sample.first and sample.last <= last
    driven = figure.method.id == ELECTRIC_VEHICLES.id
    said = bool(sample.km) if driven else bool(sample.kwh) and figure.method.displaces
    return of_it and inside and said and _grid_line(figure) is not None


def _grid_line(figure: Emissions) -> Line | None:
    lines = (line for line in figure.lines if isinstance(line.factor, GridFactor))
    return next(lines, None)


def _with(samples: Sequence[Sampled], figure: Emissions, choices: Choices) -> Emissions:
    left = figure.coverage.unmonitored
    for sample in samples:
        values = sample.km or sample.kwh
        population = min(sample.population, left)
        if FEWEST <= len(values) <= population:
            expanded = expand(values, population)
            figure = _added(sample, expanded, figure, choices)
    return figure


def _added(sample: Sampled, expanded: Expanded, figure: Emissions, choices: Choices) -> Emissions:
    add = _driven if sample.km else _generated
    told = f"sample of {expanded.pieces} of {expanded.population}"
    added = add(sample, expanded, figure, choices)
    return replace(
        added,
        coverage=_covered(sample, expanded, figure.coverage),
        reasons=(
            *figure.reasons,
            f"{told}: the bound of its 95 % interval that gives less is credited",
        ),
    )


def _generated(
    _sample: Sampled, expanded: Expanded, figure: Emissions, _choices: Choices
) -> Emissions:
    main = _grid_line(figure)
    assert main is not None  # noqa: S101 - _fits has seen to it
    credited = _mwh(expanded.conservative)
    error = expanded.half_width / expanded.conservative * 100 if credited else Decimal(0)
    line = replace(
        main, name=SAMPLED, quantity=credited, squares=0, u95_percent=error, sampled=True
    )
    return replace(
        figure,
        lines=(*figure.lines, line),
        estimated_mwh=figure.estimated_mwh + _mwh(expanded.total),
        credited_mwh=figure.credited_mwh + credited,
    )


def _driven(sample: Sampled, expanded: Expanded, figure: Emissions, choices: Choices) -> Emissions:
    main = _grid_line(figure)
    assert main is not None and isinstance(main.factor, GridFactor)  # noqa: S101, PT018 - as above
    driving = driving_lines(sample, expanded, main.factor, choices)
    assumed = assumed_use(figure.device_class, choices)
    return replace(
        figure,
        lines=(*figure.lines, *driving.lines),
        estimated_mwh=figure.estimated_mwh + driving.charged_mwh,
        distance_m=figure.distance_m + driving.distance_m,
        assumed_inputs=tuple(sorted({*figure.assumed_inputs, assumed})),
        decisive_inputs=tuple(sorted({*figure.decisive_inputs, assumed})),
    )


def _covered(sample: Sampled, expanded: Expanded, coverage: Coverage) -> Coverage:
    """Count what was sampled for the days of the sample, and never more than there is."""
    pieces = min(expanded.population, coverage.unmonitored)
    days = (sample.last - sample.first).days + 1
    return replace(
        coverage,
        sampled=coverage.sampled + pieces,
        covered_s=min(coverage.expected_s, coverage.covered_s + pieces * days * _DAY_S),
    )


def _mwh(kwh: Decimal) -> int:
    return int((kwh * _MWH_A_KWH).to_integral_value(rounding=ROUND_FLOOR))
