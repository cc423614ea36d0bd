"""The page on the condition of a zone's equipment, for those who mend it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from analytics.air.shown import decimal
from analytics.air.sound import NoiseDay
from analytics.condition import Condition
from analytics.figures import Unit, written
from analytics.uptime.shown import availability
from dashboards.board import cells
from dashboards.board.cells import AirCalendar, HeatMap, NightStrip, PeerField
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from ingest.registry.model import Provenance, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailabilityRow:
    """How devices of one class, of a zone or of a lot, spent the days."""

    device_class: DeviceClass
    lot: str | None
    pieces: int
    shares: Mapping[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningView:
    """A limit that was exceeded, or still is. Instants in microseconds, UTC."""

    station: DeviceId
    pollutant: str
    averaging: str
    limit: str
    unit: str
    highest: str | None
    since: int
    all_clear: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LampRow:
    """A lamp whose panel or battery needs a look."""

    device: DeviceId
    panel_percent: int | None
    cutoffs: int | None
    autonomy_nights: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow:
    """A device whose clock seems to be off: how late the sun seems, and what was stated."""

    device: DeviceId
    witness: str
    days: int
    seen_min: int
    offset_h: str
    stated_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairRow:
    """A device that fails, and what mending it is worth a day."""

    device: DeviceId
    painted_number: str | None
    device_class: DeviceClass
    kg: str | None
    light_hours: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """An inspection: what a portable instrument showed. Instant in microseconds, UTC."""

    site: str
    visited_at: int
    inspector: str
    instrument: str
    results: tuple[tuple[str, str, str], ...]  # metric, value, unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionView:
    """The condition of a zone's equipment over its last days."""

    zone: Zone
    span: Period
    availability: tuple[AvailabilityRow, ...]
    lots: tuple[AvailabilityRow, ...]
    maps: tuple[tuple[DeviceClass, HeatMap], ...]
    night: NightStrip | None
    calendars: tuple[AirCalendar, ...]
    peers: PeerField | None
    lamps: tuple[LampRow, ...]
    noise: tuple[NoiseDay, ...]  # the newest first
    repairs: tuple[RepairRow, ...]
    failing: int  # of which as many as fit are shown
    clocks: tuple[ClockRow, ...]
    warnings: tuple[WarningView, ...]
    provenances: tuple[Provenance, ...]
    visits: tuple[VisitRow, ...] = ()  # the newest first


_ROWS: Final = 30
_S_A_MINUTE: Final = 60
_S_AN_HOUR: Final = 3_600
SHARES = (
    "proven_percent",
    "low_percent",
    "point_percent",
    "high_percent",
    "data_percent",
    "technical_percent",
    "contractual_percent",
)


def condition_view(found: Condition) -> ConditionView:
    """Return the page of a condition."""
    result = found.result
    lamps = result.fleets.get(DeviceClass.STREETLIGHT)
    stations = dict.fromkeys(each.station for each in found.index)
    calendars = (
        cells.air_calendar(station, [each for each in found.index if each.station == station])
        for station in stations
    )
    drawn = ((each, cells.heat_map(fleet.grid)) for each, fleet in result.fleets.items())
    return ConditionView(
        zone=result.zone,
        span=result.passed.by_day.span,
        availability=tuple(
            _row(each, None, availability(fleet.spent())) for each, fleet in result.fleets.items()
        ),
        lots=tuple(
            _row(each.device_class, each.id, availability(each.spent))
            for each in found.groups
            if each.kind == "lot"
        ),
        maps=tuple((each, drawing) for each, drawing in drawn if drawing is not None),
        night=None
        if lamps is None
        else cells.night_strip(lamps.grid, last_is_whole=lamps.last_is_whole),
        calendars=tuple(each for each in calendars if each is not None),
        peers=cells.peer_field(found.pv),
        lamps=tuple(_lamps(found)),
        noise=tuple(_newest(found.noise)[:_ROWS]),
        repairs=tuple(_repairs(found)),
        failing=len(found.repairs),
        clocks=tuple(_clocks(found)),
        warnings=tuple(_warnings(found)),
        provenances=(result.provenance,) if result.devices else (),
    )


def _row(device_class: DeviceClass, lot: str | None, told: Mapping[str, object]) -> AvailabilityRow:
    shares = {name: None if told[name] is None else str(told[name]) for name in SHARES}
    return AvailabilityRow(
        device_class=device_class, lot=lot, pieces=int(str(told["pieces"])), shares=shares
    )


def _lamps(found: Condition) -> list[LampRow]:
    """Return the lamps with a low panel or a battery that was cut off, the worst first."""
    rows = [
        LampRow(
            device=each.device,
            panel_percent=None if each.panel is None else round(100 * each.panel),
            cutoffs=each.cutoffs,
            autonomy_nights=None if each.autonomy_nights is None else f"{each.autonomy_nights:.1f}",
        )
        for each in found.lamps
        if each.panel_low or each.cutoffs
    ]
    return sorted(rows, key=lambda row: (-(row.cutoffs or 0), row.panel_percent or 0))


def _newest(days: Iterable[NoiseDay]) -> list[NoiseDay]:
    return sorted(days, key=lambda each: (-each.day.toordinal(), each.device))


def _repairs(found: Condition) -> list[RepairRow]:
    return [
        RepairRow(
            device=each.device.id,
            painted_number=each.device.painted_number,
            device_class=each.device.device_class,
            kg=_written(each.value.kg_a_day, Unit.KG_CO2),
            light_hours=None
            if each.value.light_hours_a_day is None
            else f"{each.value.light_hours_a_day:.1f}",
        )
        for each in found.repairs[:_ROWS]
    ]


def _written(value: Decimal | None, unit: Unit) -> str | None:
    return None if value is None else written(value, unit)


def _clocks(found: Condition) -> list[ClockRow]:
    return [
        ClockRow(
            device=each.device,
            witness=each.finding.witness,
            days=each.finding.days,
            seen_min=round(each.finding.seen_s / _S_A_MINUTE),
            offset_h=f"{each.finding.suspected_offset_s / _S_AN_HOUR:+.1f}",
            stated_s=each.stated_offset_s,
        )
        for each in found.clocks
    ]


def _warnings(found: Condition) -> list[WarningView]:
    return [
        WarningView(
            station=each.station,
            pollutant=each.pollutant,
            averaging=each.limit.averaging,
            limit=f"{each.limit.value:f}",
            unit=each.limit.unit,
            highest=decimal(each.highest),
            since=micros(each.since),
            all_clear=None if each.cleared is None else micros(each.cleared),
        )
        for each in found.exceedances
    ]
