"""Totals over zones, one for each provenance: real, simulated and recorded never mix."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from analytics.figures import Unit, percent, written
from analytics.result import ZoneResult
from ingest.registry.model import Provenance

_MWH_A_KWH: Final = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """What zones of one provenance achieved together. Shares are rounded, masses are exact."""

    provenance: Provenance
    zones: int
    devices: int
    kg: Decimal
    unit: Unit
    kwh: Decimal  # credited
    proven_percent: str | None
    coverage_percent: str | None


def totals(results: Iterable[ZoneResult]) -> list[Total]:
    """Return the totals of zones with devices, real before simulated before recorded."""
    groups: dict[Provenance, list[ZoneResult]] = {}
    for result in results:
        if result.devices:
            groups.setdefault(result.provenance, []).append(result)
    order = (Provenance.REAL, Provenance.SIMULATED, Provenance.RECORDED)
    return [_total(each, groups[each]) for each in order if each in groups]


def mass_unit(results: Iterable[ZoneResult]) -> Unit:
    """Return the unit of masses over results: CO2e as soon as one factor counts it."""
    gases = {figure.gas for result in results for figure in result.emissions}
    return Unit.KG_CO2E if "CO2e" in gases else Unit.KG_CO2


def credited_kwh(results: Iterable[ZoneResult]) -> Decimal:
    """Return the energy that earned credit. [kWh, exact]"""
    mwh = sum(figure.credited_mwh for result in results for figure in result.emissions)
    return Decimal(mwh) / _MWH_A_KWH


def share(part: int, whole: int) -> str | None:
    """Return a share in percent as it is quoted, or None where there is no whole."""
    found = percent(part, whole)
    return None if found is None else written(found, Unit.PERCENT)


def _total(provenance: Provenance, results: Sequence[ZoneResult]) -> Total:
    return Total(
        provenance=provenance,
        zones=len(results),
        devices=sum(result.equipment.count for result in results),
        kg=sum((result.kg for result in results), start=Decimal(0)),
        unit=mass_unit(results),
        kwh=credited_kwh(results),
        proven_percent=share(
            sum(result.light.lit_s for result in results),
            sum(result.light.required_s for result in results),
        ),
        coverage_percent=share(
            sum(result.coverage.covered_s for result in results),
            sum(result.coverage.expected_s for result in results),
        ),
    )
