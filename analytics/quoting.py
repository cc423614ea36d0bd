"""Figures as a report quotes them: rounded once, with what they rest on beside them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext
from typing import Final

from analytics.avoided import Emissions
from analytics.factors.grid import Gas, GridFactor
from analytics.figures import EXACT, Coverage, Status, Unit, written
from analytics.methods.method import Factor, Method, Parameter

Document = dict[str, object]
_T: Final = Decimal(1_000)  # kg
_MWH: Final = Decimal(1_000_000_000)  # mWh


def total_kg(rows: Iterable[Emissions]) -> Decimal:
    """Add up emissions avoided, exactly. [kg]"""
    with localcontext(EXACT):
        return sum((row.kg for row in rows), start=Decimal(0))


def half_width_kg(rows: Sequence[Emissions]) -> Decimal:
    """Return the half width of a total's 95 % interval. [kg]

    Meters' errors are independent. A factor's error is the same for all that it multiplies, so it
    is applied once, on their sum.
    """
    with localcontext(EXACT):
        squared = sum((row.metering_squared for row in rows), start=Decimal(0))
        by_factor: dict[Factor, Decimal] = {}
        for line in (line for row in rows for line in row.lines):
            known = by_factor.get(line.factor, Decimal(0))
            by_factor[line.factor] = known + line.factor_kg
        return (squared + sum((kg**2 for kg in by_factor.values()), start=Decimal(0))).sqrt()


def interval_covers(rows: Iterable[Emissions]) -> str:
    """Say what the interval of a total covers."""
    lines = [line for row in rows for line in row.lines]
    parts = ["metering"]
    if any(line.sampled for line in lines):
        parts.append("sampling")
    if any(line.u95_percent and not line.sampled for line in lines):
        parts.append("estimating")
    if any(line.factor.u95_percent is not None for line in lines):
        parts.append("factors")
    return "metering only" if len(parts) == 1 else ", ".join(parts)


def mass_unit(rows: Iterable[Emissions]) -> Unit:
    """Return the unit of a total in tonnes: CO2e as soon as one factor counts it."""
    return Unit.T_CO2E if any(row.gas is Gas.CO2E for row in rows) else Unit.T_CO2


def tonnes(kg: Decimal, unit: Unit) -> str:
    """Write a mass in kilograms as tonnes."""
    return written(kg / _T, unit)


def mwh(energy: int) -> str:
    """Write an energy in milliwatt-hours as megawatt-hours."""
    return written(Decimal(energy) / _MWH, Unit.MWH)


def basis(rows: Sequence[Emissions]) -> Document:
    """Return what a figure rests on.

    The energy is what was given; of vehicles alone, what they were charged with.
    """
    energetic = [row for row in rows if row.method.displaces] or rows
    return {
        "energy": {
            "measured": mwh(sum(row.measured_mwh for row in energetic)),
            "estimated": mwh(sum(row.estimated_mwh for row in energetic)),
            "credited": mwh(sum(row.credited_mwh for row in energetic)),
            "unit": Unit.MWH,
        },
        "coverage": _coverage([row.coverage for row in rows]),
        "assumed_inputs": sorted({text for row in rows for text in row.assumed_inputs}),
        "method": _method([row.method for row in rows]),
        "factors": [shown(factor) for factor in factors_of(rows)],
        "status": worst([row.status for row in rows]),
        "reasons": sorted({text for row in rows for text in (*row.reasons, *row.review)}),
    }


def factors_of(rows: Iterable[Emissions]) -> list[Factor]:
    """Return the factors of some figures, each once: grids' first, by country and role."""
    found = dict.fromkeys(factor for row in rows for factor in row.factors)
    return sorted(found, key=_order)


def shown(factor: Factor) -> Document:
    """Return a factor as a document shows it."""
    grid = factor if isinstance(factor, GridFactor) else None
    return {
        "country": grid.country if grid else None,
        "role": factor.name if isinstance(factor, Parameter) else factor.role,
        "gas": factor.gas,
        "source": factor.source,
        "version": factor.version,
        "year": grid.year if grid else None,
        "value": f"{factor.value:f}",
        "unit": factor.unit if isinstance(factor, Parameter) else "t/MWh",
        "evidence": factor.evidence,
    }


def worst(statuses: Sequence[Status]) -> Status:
    """Return the status of a total."""
    order = (Status.FOR_REVIEW, Status.NO_DATA, Status.PUBLISHABLE)
    return min(statuses, key=order.index)


def _order(factor: Factor) -> tuple[int, str, str]:
    if isinstance(factor, GridFactor):
        return 0, factor.country, factor.role
    return 1, factor.name, factor.source


def _coverage(parts: Sequence[Coverage]) -> Document:
    whole = Coverage.of(parts)
    share = whole.share_percent
    return {
        "handed_over": whole.handed_over,
        "metered": whole.metered,
        "sampled": whole.sampled,
        "unmonitored": whole.unmonitored,
        "percent": None if share is None else written(share, Unit.PERCENT),
    }


def _method(methods: Iterable[Method]) -> Document:
    known = {method.id: method for method in methods}.values()
    marks = {each.evidence for each in known if "verify" in each.evidence}
    return {
        "id": " + ".join(each.id for each in known),
        "version": " + ".join(each.version for each in known),
        "evidence": next(iter(marks), None),
    }
