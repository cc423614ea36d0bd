"""A zone's page, from its result, its last days, and what was last heard."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from analytics.claims.compare import compared
from analytics.figures import Unit, written
from analytics.memo import memo
from analytics.periods import Days
from analytics.quoting import Document
from analytics.report import Beside
from analytics.result import ZoneResult
from analytics.sensitivity import sensitivity
from analytics.totals import credited_kwh, mass_unit, share
from dashboards.board import map as ground
from dashboards.board.charts import Amount, BarPlot, bar_plot
from dashboards.board.headlines import figure_view, is_measured, zone_headline
from dashboards.board.labels import label_of
from dashboards.board.programme import Heard, gateways_of, reachable
from dashboards.board.readings import reading_views
from dashboards.board.states import Condition, State, broken
from dashboards.board.views import DeviceRow, StationView, ZoneView
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.registry.model import Device, Gateway
from ingest.registry.registry import Registry

ROWS_SHOWN: Final = 300
MONTHS_SHOWN: Final = 24
_INSTRUMENTS: Final = (
    DeviceClass.AIR_STATION,
    DeviceClass.MOBILE_AIR_STATION,
    DeviceClass.NOISE_METER,
    DeviceClass.VIBRATION_METER,
    DeviceClass.FLUE_GAS_ANALYZER,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayResult:
    """A zone's result of one local day."""

    day: date
    result: ZoneResult


def zone_view(
    registry: Registry,
    result: ZoneResult,
    days: Sequence[DayResult],
    heard: Heard,
    span: Period | None,
    beside: Beside | None = None,
) -> ZoneView:
    """Return a zone's page; beside it, what its reader may see of claims and other factors."""
    conditions = heard.conditions(result.devices)
    gateways = gateways_of(registry, result)
    return ZoneView(
        zone=result.zone,
        provenance=result.provenance,
        headline=zone_headline(result),
        reachable=reachable(conditions),
        broken=broken(result.devices, conditions, gateways, heard.presence),
        figures=tuple(figure_view(figure) for figure in result.emissions),
        map=_map(registry, result, conditions, gateways),
        avoided_by_day=_by_day(days, _avoided, unit=mass_unit([result])),
        credited_by_day=_by_day(days, _credited, unit=Unit.KWH),
        light_by_night=_by_day(days, _light, unit=Unit.PERCENT),
        lamps=result.light.lamps,
        claims=_claims(beside, result),
        sensitivity=tuple(sensitivity([result], beside.factors)) if beside else (),
        memo=tuple(memo([result], _days(result).count)),
        air=tuple(
            _station(each, heard) for each in result.devices if each.device_class in _INSTRUMENTS
        ),
        devices=_rows(result.devices, conditions)[:ROWS_SHOWN],
        handed_over=result.equipment.count,
        span=span,
        months=_months(result) if span else (),
        provenances=(result.provenance,) if result.devices else (),
    )


def _months(result: ZoneResult) -> tuple[str, ...]:
    """Return the months that a result reaches over, the newest first, and no more than fit."""
    days = _days(result)
    found = dict.fromkeys(f"{day:%Y-%m}" for day in days)
    return tuple(reversed(found))[:MONTHS_SHOWN]


def _days(result: ZoneResult) -> Days:
    reach = result.passed.by_day
    return Days(label="", first=reach.first, last=reach.last)


def _claims(beside: Beside | None, result: ZoneResult) -> tuple[Document, ...]:
    return tuple(compared(beside.claims, _days(result), [result])) if beside else ()


def _by_day(
    days: Sequence[DayResult], amount: Callable[[DayResult], Amount], *, unit: str
) -> BarPlot:
    return bar_plot([amount(day) for day in days], unit=unit)


def _avoided(day: DayResult) -> Amount:
    if not is_measured(day.result):
        return Amount(day=day.day, value=None, text=None)
    kg = day.result.kg
    return Amount(day=day.day, value=float(kg), text=written(kg, mass_unit([day.result])))


def _credited(day: DayResult) -> Amount:
    if not is_measured(day.result):
        return Amount(day=day.day, value=None, text=None)
    energy = credited_kwh([day.result])
    return Amount(day=day.day, value=float(energy), text=written(energy, Unit.KWH))


def _light(day: DayResult) -> Amount:
    light = day.result.light
    proven = light.proven_percent
    return Amount(
        day=day.day,
        value=None if proven is None else float(proven),
        text=share(light.lit_s, light.required_s),
    )


def _map(
    registry: Registry,
    result: ZoneResult,
    conditions: dict[DeviceId, Condition],
    gateways: Sequence[Gateway],
) -> ground.Map | None:
    placed = []
    for device in result.devices:
        latitude, longitude = registry.position_of(device)
        placed.append(
            ground.Placed(
                device=device.id,
                label=label_of(device),
                state=conditions[device.id].state,
                latitude=float(latitude),
                longitude=float(longitude),
            )
        )
    return ground.draw(placed, [_post(registry, gateway) for gateway in gateways])


def _post(registry: Registry, gateway: Gateway) -> ground.Post:
    site, zone = registry.site_of(gateway), registry.zone_of(gateway)
    latitude = zone.latitude if site.latitude is None else site.latitude
    longitude = zone.longitude if site.longitude is None else site.longitude
    return ground.Post(gateway=gateway.id, latitude=float(latitude), longitude=float(longitude))


def _station(device: Device, heard: Heard) -> StationView:
    readings = heard.readings.get(device.id, ())
    return StationView(device=device, readings=reading_views(device.device_class, readings))


def _rows(
    devices: Sequence[Device], conditions: dict[DeviceId, Condition]
) -> tuple[DeviceRow, ...]:
    """Return the rows of devices, the broken ones first."""
    rows = [
        DeviceRow(
            device=each, state=conditions[each.id].state, heard_at=conditions[each.id].heard_at
        )
        for each in devices
    ]
    worst_first = list(State)
    return tuple(sorted(rows, key=lambda row: (worst_first.index(row.state), row.device.id)))
