"""Results as headlines: quoted numbers become text here, once."""

from decimal import Decimal
from typing import Final

from analytics.figures import Emissions, Status, Unit, written
from analytics.result import ZoneResult
from analytics.totals import Total, credited_kwh, mass_unit, share
from dashboards.board.views import FigureView, Headline, TotalView

_MWH_A_KWH: Final = Decimal(1_000_000)


def kwh(mwh: int) -> str:
    """Write an energy in mWh as kWh."""
    return written(Decimal(mwh) / _MWH_A_KWH, Unit.KWH)


def is_measured(result: ZoneResult) -> bool:
    """Tell whether there is any energy to make a figure of: missing is not zero."""
    return any(figure.status is not Status.NO_DATA for figure in result.emissions)


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


def figure_view(figure: Emissions) -> FigureView:
    """Return a device class's figure with everything it rests on."""
    unit = Unit(f"kg {figure.gas}")
    known = figure.status is not Status.NO_DATA
    return FigureView(
        device_class=figure.device_class,
        avoided=written(figure.kg, unit) if known else None,
        lower=written(figure.kg - figure.kg_interval, unit),
        upper=written(figure.kg + figure.kg_interval, unit),
        unit=unit,
        measured_kwh=kwh(figure.measured_mwh),
        credited_kwh=kwh(figure.credited_mwh),
        method=figure.method,
        factor=figure.factor,
        handed_over=figure.coverage.handed_over,
        metered=figure.coverage.metered,
        coverage_percent=share(figure.coverage.covered_s, figure.coverage.expected_s),
        status=figure.status,
        reasons=figure.reasons,
        assumed_inputs=figure.assumed_inputs,
    )
