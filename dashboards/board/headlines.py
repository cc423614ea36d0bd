"""Results as headlines: quoted numbers become text here, once."""

from decimal import Decimal
from typing import Final

from analytics.avoided import Emissions
from analytics.factors.grid import GridFactor
from analytics.figures import Unit, written
from analytics.methods.method import Factor, Parameter
from analytics.quoting import factors_of, half_width_kg, interval_covers
from analytics.result import ZoneResult
from analytics.totals import Total, credited_kwh, mass_unit, share
from dashboards.board.views import FactorView, FigureView, Headline, TotalView

_MWH_A_KWH: Final = Decimal(1_000_000)


def kwh(mwh: int) -> str:
    """Write an energy in mWh as kWh."""
    return written(Decimal(mwh) / _MWH_A_KWH, Unit.KWH)


def is_measured(result: ZoneResult) -> bool:
    """Tell whether there is any energy to make a figure of: missing is not zero."""
    return any(figure.measured for figure in result.emissions)


def zone_headline(result: ZoneResult) -> Headline:
    """Return a zone's headline."""
    unit = mass_unit([result])
    known = is_measured(result)
    return Headline(
        avoided=written(result.kg, unit) if known else None,
        unit=unit,
        credited_kwh=written(credited_kwh([result]), Unit.KWH) if known else None,
        proven_percent=share(result.light.lit_s, result.light.required_s),
        coverage_percent=share(result.coverage.covered_s, result.coverage.expected_s),
    )


def total_view(total: Total) -> TotalView:
    """Return a total with its headline."""
    return TotalView(
        provenance=total.provenance,
        headline=Headline(
            avoided=written(total.kg, total.unit),
            unit=total.unit,
            credited_kwh=written(total.kwh, Unit.KWH),
            proven_percent=total.proven_percent,
            coverage_percent=total.coverage_percent,
        ),
        zones=total.zones,
        devices=total.devices,
    )


def factor_view(factor: Factor) -> FactorView:
    """Return a factor with its source and what is to be verified of it."""
    grid = factor if isinstance(factor, GridFactor) else None
    return FactorView(
        value=f"{factor.value:f}",
        unit=factor.unit if isinstance(factor, Parameter) else f"t {factor.gas}/MWh",
        country=grid.country if grid else None,
        role=grid.role if grid else None,
        name=factor.name if isinstance(factor, Parameter) else None,
        source=f"{factor.source}, {factor.version}",
        evidence=factor.evidence,
    )


def figure_view(figure: Emissions) -> FigureView:
    """Return a device class's figure with everything it rests on."""
    unit = Unit(f"kg {figure.gas}")
    half = half_width_kg([figure])
    return FigureView(
        device_class=figure.device_class,
        avoided=written(figure.kg, unit) if figure.measured else None,
        lower=written(figure.kg - half, unit),
        upper=written(figure.kg + half, unit),
        covers=interval_covers([figure]),
        unit=unit,
        measured_kwh=kwh(figure.measured_mwh),
        estimated_kwh=kwh(figure.estimated_mwh),
        credited_kwh=kwh(figure.credited_mwh),
        method=figure.method,
        factors=tuple(factor_view(factor) for factor in factors_of([figure])),
        handed_over=figure.coverage.handed_over,
        metered=figure.coverage.metered,
        coverage_percent=share(figure.coverage.covered_s, figure.coverage.expected_s),
        status=figure.status,
        reasons=figure.reasons,
        review=figure.review,
        assumed_inputs=figure.assumed_inputs,
    )
