"""The page of one device's day, from reading to kilogram."""

from datetime import date
from decimal import Decimal
from typing import Final

from analytics.arithmetic import Arithmetic
from analytics.figures import Unit, written
from analytics.quoting import total_kg
from dashboards.board.headlines import factor_view
from dashboards.board.views import ArithmeticView, LineView, MetricView, StepView
from ingest.registry.model import Device, Provenance, Zone

_DIGITS: Final = 6


def arithmetic_view(
    device: Device, zone: Zone, day: date, provenance: Provenance, found: Arithmetic
) -> ArithmeticView:
    """Return the page of a day; digits are those that figures are made of, none is rounded away."""
    return ArithmeticView(
        device=device,
        zone=zone,
        day=day,
        metrics=tuple(
            MetricView(
                metric=each.metric,
                unit=each.unit,
                counts=each.counts,
                steps=tuple(
                    StepView(
                        hour=step.hour,
                        readings=step.readings,
                        seconds=_short(step.seconds),
                        amount=_short(step.amount),
                    )
                    for step in each.hours
                ),
                total=_short(each.total),
            )
            for each in found.metrics
        ),
        again=found.again,
        kept=found.kept,
        figures=tuple((each.method, next(iter(each.reasons), None)) for each in found.figures),
        lines=tuple(
            LineView(
                name=line.name,
                quantity=line.quantity,
                unit=line.unit,
                factor=factor_view(line.factor),
                scale=_plain(line.scale),
                kg=_plain(line.kg),
            )
            for line in found.lines
        ),
        kg=_plain(total_kg(found.figures)),
        quoted=written(total_kg(found.figures), Unit.KG_CO2),
        provenances=(provenance,),
    )


def _short(value: float) -> str:
    return f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".")


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
