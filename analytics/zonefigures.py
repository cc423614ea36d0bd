"""A zone's figures as rows that a database can be asked for, with the digits they are quoted in.

No digit is made here: headlines are the zone summary's, the others are written by the same rule.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Final

from analytics.avoided import Emissions
from analytics.factors.grid import Gas
from analytics.figures import Coverage, Unit, written
from analytics.quoting import total_kg
from analytics.result import ZoneResult
from analytics.summary import Document, zone_summary
from analytics.totals import credited_kwh
from ingest.contract.identity import ZoneId
from ingest.contract.metric import DeviceClass
from ingest.registry.model import Provenance, Zone

ALL: Final = "all"
DEVICES: Final = "devices"
EMISSIONS_AVOIDED: Final = "emissions_avoided"
ENERGY_CREDITED: Final = "energy_credited"
ENERGY_MEASURED: Final = "energy_measured"
LIGHT_PROVEN: Final = "light_proven"
COVERAGE: Final = "coverage"
_MWH_A_KWH: Final = Decimal(1_000_000)
_COUNT: Final = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneFigure:
    """One figure of a zone so far."""

    zone: ZoneId
    figure: str
    device_class: str  # or "all"
    value: str | None  # as it is quoted; None where there are no data: missing is not zero
    unit: str
    coverage_percent: str | None
    provenance: Provenance
    as_of: int  # microseconds, UTC


def zone_figures(result: ZoneResult, as_of: int) -> list[ZoneFigure]:
    """Return a zone's figures: those of all device classes, then those of each with a method."""
    rows = [*_headlines(result)]
    for device_class, own in groupby(result.emissions, key=lambda each: each.device_class):
        rows += _of_class(device_class, list(own))
    return [
        ZoneFigure(
            zone=result.zone.id,
            figure=figure,
            device_class=device_class,
            value=value,
            unit=unit,
            coverage_percent=_share(coverage),
            provenance=result.provenance,
            as_of=as_of,
        )
        for figure, device_class, value, unit, coverage in rows
    ]


def quoted_summary(zone: Zone, figures: Iterable[ZoneFigure]) -> Document | None:
    """Return a zone's summary out of its figures, or None where they were never written."""
    of_all = (each for each in figures if each.device_class == ALL or each.figure == LIGHT_PROVEN)
    headlines = {each.figure: each for each in of_all}
    if DEVICES not in headlines:
        return None
    avoided = headlines[EMISSIONS_AVOIDED]
    return {
        "zone": zone.id,
        "country": zone.country,
        "provenance": avoided.provenance,
        "devices": int(headlines[DEVICES].value or 0),
        "emissions_avoided": {"value": avoided.value, "unit": avoided.unit},
        "proven_percent": headlines[LIGHT_PROVEN].value,
        "coverage_percent": headlines[COVERAGE].value,
    }


_Row = tuple[str, str, str | None, str, Coverage]


def _headlines(result: ZoneResult) -> Iterator[_Row]:
    devices, avoided, proven, coverage, unit = _quoted(result)
    own = result.coverage
    energy = written(credited_kwh([result]), Unit.KWH) if avoided is not None else None
    yield EMISSIONS_AVOIDED, ALL, avoided, unit, own
    yield ENERGY_CREDITED, ALL, energy, Unit.KWH, own
    yield LIGHT_PROVEN, DeviceClass.STREETLIGHT, proven, Unit.PERCENT, own
    yield COVERAGE, ALL, coverage, Unit.PERCENT, own
    yield DEVICES, ALL, devices, _COUNT, own


def _quoted(result: ZoneResult) -> tuple[str, str | None, str | None, str | None, str]:
    """Take the summary's digits: devices, mass, share proven, coverage, and the mass's unit."""
    match zone_summary(result):
        case {
            "devices": int() as devices,
            "emissions_avoided": {"value": str() | None as avoided, "unit": str() as unit},
            "proven_percent": str() | None as proven,
            "coverage_percent": str() | None as coverage,
        }:
            return str(devices), avoided, proven, coverage, unit
        case other:
            raise TypeError(f"not a zone's summary: {sorted(other)}")


def _of_class(device_class: DeviceClass, rows: Sequence[Emissions]) -> Iterator[_Row]:
    known = any(each.measured for each in rows)
    mass = Unit.KG_CO2E if any(each.gas is Gas.CO2E for each in rows) else Unit.KG_CO2
    whole = Coverage.of([each.coverage for each in rows])
    for figure, value, unit in (
        (EMISSIONS_AVOIDED, total_kg(rows), mass),
        (ENERGY_CREDITED, _kwh(sum(each.credited_mwh for each in rows)), Unit.KWH),
        (ENERGY_MEASURED, _kwh(sum(each.measured_mwh for each in rows)), Unit.KWH),
    ):
        quoted = written(value, unit) if known else None
        yield figure, device_class, quoted, unit, whole
    yield COVERAGE, device_class, _share(whole), Unit.PERCENT, whole


def _kwh(mwh: int) -> Decimal:
    return Decimal(mwh) / _MWH_A_KWH


def _share(coverage: Coverage) -> str | None:
    share = coverage.share_percent
    return None if share is None else written(share, Unit.PERCENT)
