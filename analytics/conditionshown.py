"""The condition of a zone's equipment as a document."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from analytics.air.exceeding import Exceedance
from analytics.air.figures import IndexDay
from analytics.air.shown import category, decimal
from analytics.air.sound import NoiseDay
from analytics.clockhealth import ClockSuspect
from analytics.condition import Condition
from analytics.figures import Unit, written
from analytics.lighting.health import LampHealth
from analytics.pv.health import PvHealth
from analytics.repairs import Repair
from analytics.uptime.outages import Outages
from analytics.uptime.shown import availability
from ingest.contract.period import instant, rfc3339

Document = dict[str, object]


def condition_document(found: Condition) -> Document:
    """Return the condition of a zone's equipment; what is not known is null."""
    result = found.result
    span = result.passed.by_day.span
    return {
        "zone": result.zone.id,
        "provenance": result.provenance,
        "from": rfc3339(instant(span.start)),
        "to": rfc3339(instant(span.end)),
        "availability": [
            {"device_class": each, **availability(fleet.spent()), **_outages(found.outages[each])}
            for each, fleet in result.fleets.items()
        ],
        "groups": [
            {
                "kind": each.kind,
                "id": each.id,
                "device_class": each.device_class,
                **availability(each.spent),
            }
            for each in found.groups
        ],
        "devices": list(_devices(found)),
        "lamps": [_lamp(each) for each in found.lamps],
        "pv": [_pv(each) for each in found.pv],
        "air_index": [_index(each) for each in found.index],
        "clocks": [_clock(each) for each in found.clocks],
        "repairs": [_repair(each) for each in found.repairs],
        "noise": [_noise(each) for each in found.noise],
        "limits_exceeded": [_exceedance(each) for each in found.exceedances],
    }


def _devices(found: Condition) -> Iterable[Document]:
    for fleet in found.result.fleets.values():
        for device, spent in fleet.grid.each():
            yield {"device": device.id, **availability(spent)}


def _outages(told: Outages) -> Document:
    return {
        "outages": told.count,
        "outages_over": told.over,
        "mtbf_h": _tenth(told.times.between_failures),
        "mttr_h": _tenth(told.times.to_repair),
        "to_detect_h": _tenth(told.to_detect_h),
    }


def _lamp(lamp: LampHealth) -> Document:
    return {
        "device": lamp.device,
        "nights": lamp.nights,
        "depth_of_discharge_percent": _percent(lamp.depth_of_discharge),
        "capacity_wh": _rounded(lamp.capacity_wh, 0),
        "capacity_trend_percent": _percent(lamp.capacity_trend),
        "autonomy_nights": _rounded(lamp.autonomy_nights, 1),
        "cutoffs": lamp.cutoffs,
        "panel_percent": _percent(lamp.panel),
        "panel_low": lamp.panel_low,
    }


def _pv(pv: PvHealth) -> Document:
    return {
        "device": pv.device,
        "days": pv.days,
        "yield": _rounded(pv.yield_kwh_kwp, 2),
        "reference_yield": _rounded(pv.reference_kwh_kwp, 2),
        "unit": "kWh/kWp",
        "ratio_to_peers": _rounded(pv.ratio, 2),
        "confidence": "high" if pv.confident else "low",
        "performance_ratio": _rounded(pv.performance_ratio, 2),
        "low": pv.low,
        "sign": pv.sign,
        "clips": pv.clips,
    }


def _index(each: IndexDay) -> Document:
    index = each.index.index
    return {
        "station": each.station,
        "day": each.day.isoformat(),
        "scheme": each.scheme,
        "version": each.version,
        "index": index,
        "category": None if index is None else category(index),
        "dominant": next(iter(each.index.leading), None),
    }


def _exceedance(each: Exceedance) -> Document:
    return {
        "station": each.station,
        "pollutant": each.pollutant,
        "averaging": each.limit.averaging,
        "limit": f"{each.limit.value:f}",
        "unit": each.limit.unit,
        "source": each.limit.source,
        "since": rfc3339(each.since),
        "expected_end": None,
        "all_clear": None if each.cleared is None else rfc3339(each.cleared),
        "highest": decimal(each.highest),
    }


def _clock(each: ClockSuspect) -> Document:
    return {
        "device": each.device,
        "witness": each.finding.witness,
        "days": each.finding.days,
        "seen_s": each.finding.seen_s,
        "suspected_offset_s": each.finding.suspected_offset_s,
        "stated_offset_s": each.stated_offset_s,
    }


def _repair(each: Repair) -> Document:
    kg, hours = each.value.kg_a_day, each.value.light_hours_a_day
    return {
        "device": each.device.id,
        "kg_a_day": None if kg is None else written(kg, Unit.KG_CO2),
        "light_hours_a_day": None if hours is None else _rounded(float(hours), 1),
        "people": each.value.people,
    }


def _noise(each: NoiseDay) -> Document:
    levels = {"leq": each.whole, "lday": each.by_day, "lnight": each.by_night}
    return {
        "device": each.device,
        "day": each.day.isoformat(),
        **{name: None if level is None else f"{level:f}" for name, level in levels.items()},
        "unit": "dB",
    }


def _tenth(value: Fraction | None) -> str | None:
    return None if value is None else _rounded(float(value), 1)


def _percent(share: float | None) -> str | None:
    return None if share is None else _rounded(100 * share, 1)


def _rounded(value: float | None, decimals: int) -> str | None:
    return None if value is None else str(Decimal(value).quantize(Decimal(1).scaleb(-decimals)))
