"""Samples in figures: what nobody meters, credited at the bound of its interval that gives less."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from analytics.avoided import Emissions, Line
from analytics.factors.grid import GridFactor
from analytics.methods.method import Choices
from analytics.methods.vehicles import ELECTRIC_VEHICLES, assumed_use
from analytics.sampled_demand import split_off
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

    A sample of days outside the period is of another figure. What is metered by now is no part of a
    sample's population any more. Sets off the grid have a figure of their own.
    """
    chosen = choices or Choices()
    own = [one for one in samples if one.zone == zone and first <= one.first and one.last <= last]
    there = list(figures)
    return [
        each
        for figure in there
        for each in _split(
            [one for one in own if _carries(one, figure, there)], figure, chosen, own
        )
    ]


def _split(
    off_grid: Sequence[Sampled], figure: Emissions, choices: Choices, own: Sequence[Sampled]
) -> list[Emissions]:
    """Return a figure with what samples add, and those of pieces off the grid beside it."""
    beside: list[Emissions] = []
    for sample in off_grid:
        population = min(sample.population, figure.coverage.unmonitored)
        if FEWEST <= len(sample.kwh) <= population:
            figure, mine = split_off(sample, figure, population, choices)
            beside.append(replace(mine, reasons=(_told(len(sample.kwh), population),)))
    return [_with([one for one in own if _fits(one, figure)], figure, choices), *beside]


def _carries(sample: Sampled, figure: Emissions, figures: Sequence[Emissions]) -> bool:
    """Tell whether a sample off the grid is of pieces that a figure counts as unmonitored."""
    same = [each for each in figures if each.device_class is sample.device_class]
    most = max(same, key=lambda each: each.coverage.unmonitored, default=None)
    return sample.building_type is not None and figure is most


def _fits(sample: Sampled, figure: Emissions) -> bool:
    """Tell whether a sample is of a figure; the first method of its class takes it."""
    driven = figure.method.id == ELECTRIC_VEHICLES.id
    said = bool(sample.km) if driven else bool(sample.kwh) and figure.method.displaces
    of_it = sample.device_class is figure.device_class and sample.building_type is None
    return of_it and said and _grid_line(figure) is not None


def _grid_line(figure: Emissions) -> Line | None:
    lines = (line for line in figure.lines if isinstance(line.factor, GridFactor))
    return next(lines, None)


def _with(samples: Sequence[Sampled], figure: Emissions, choices: Choices) -> Emissions:
    left = figure.coverage.unmonitored
    pieces: dict[str | None, int] = {}  # by lot: what one has is not another's
    for sample in samples:
        others = sum(count for lot, count in pieces.items() if lot != sample.lot)
        values, population = sample.km or sample.kwh, min(sample.population, left - others)
        if FEWEST <= len(values) <= population:
            fresh = max(0, population - pieces.get(sample.lot, 0))
            pieces[sample.lot] = max(population, pieces.get(sample.lot, 0))
            figure = _added(sample, expand(values, population), figure, choices, fresh)
    return figure


def _told(pieces: int, population: int) -> str:
    return (
        f"sample of {pieces} of {population}:"
        " the bound of its 95 % interval that gives less is credited"
    )


def _added(
    sample: Sampled, expanded: Expanded, figure: Emissions, choices: Choices, fresh: int
) -> Emissions:
    """Return a figure with a sample, of which so many pieces were not sampled before."""
    add = _driven if sample.km else _generated
    days = (sample.last - sample.first).days + 1
    coverage = figure.coverage
    covered = coverage.covered_s + expanded.population * days * _DAY_S
    return replace(
        add(sample, expanded, figure, choices),
        coverage=replace(
            coverage,
            sampled=coverage.sampled + fresh,
            covered_s=min(coverage.expected_s, covered),
        ),
        reasons=(*figure.reasons, _told(expanded.pieces, expanded.population)),
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


def _mwh(kwh: Decimal) -> int:
    return int((kwh * _MWH_A_KWH).to_integral_value(rounding=ROUND_FLOOR))
