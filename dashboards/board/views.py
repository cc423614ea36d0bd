"""View models: what a page shows, without a word of any language; numbers that are quoted are text.

Instants are microseconds since the epoch, UTC; pages write them in the zone's time.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from analytics.alarms.alarm import Alarm
from analytics.deviceday import DeviceDay
from analytics.factors.grid import Role
from analytics.figures import Status
from analytics.methods.method import Method
from analytics.quoting import Document
from dashboards.board.charts import BarPlot, LinePlot
from dashboards.board.map import Map
from dashboards.board.states import Broken, State
from dashboards.board.strips import Strip
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.contract.quality import Quality
from ingest.entering import Entering
from ingest.ledger import Line, Missing
from ingest.registry.model import Device, Lot, Provenance, Zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The figures people see first: the credited ones."""

    avoided: str | None  # None where nothing was measured
    unit: str
    credited_kwh: str | None
    proven_percent: str | None
    coverage_percent: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalView:
    """The headline over zones of one provenance."""

    provenance: Provenance
    headline: Headline
    zones: int
    devices: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneCard:
    """A zone at a glance."""

    zone: Zone
    provenance: Provenance
    headline: Headline
    reachable: int
    devices: int
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeView:
    """The first page."""

    totals: tuple[TotalView, ...]
    zones: tuple[ZoneCard, ...]
    ledger: Line
    balanced: bool
    span: Period | None
    provenances: tuple[Provenance, ...]
    alarms: int = 0  # that are open


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorView:
    """A factor as it is shown: a grid's by country and role, another by its name."""

    value: str
    unit: str
    country: str | None
    role: Role | None
    name: str | None
    source: str
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureView:
    """Emissions avoided by one device class, with everything it rests on."""

    device_class: DeviceClass
    avoided: str | None
    lower: str
    upper: str
    covers: str  # what the interval covers
    unit: str
    measured_kwh: str
    estimated_kwh: str
    credited_kwh: str
    method: Method
    factors: tuple[FactorView, ...]
    handed_over: int
    metered: int
    coverage_percent: str | None
    status: Status
    reasons: tuple[str, ...]
    review: tuple[str, ...]
    assumed_inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """A device in a zone's list."""

    device: Device
    state: State
    heard_at: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingView:
    """A reading as it is shown; without a value it is missing."""

    metric: str
    value: str | None
    unit: str
    quality: Quality
    measured_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StationView:
    """What an air station said last."""

    device: Device
    readings: tuple[ReadingView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneView:
    """A zone's page."""

    zone: Zone
    provenance: Provenance
    headline: Headline
    reachable: int
    broken: tuple[Broken, ...]
    figures: tuple[FigureView, ...]
    map: Map | None
    avoided_by_day: BarPlot
    credited_by_day: BarPlot
    light_by_night: BarPlot
    lamps: int
    air: tuple[StationView, ...]
    claims: tuple[Document, ...]  # as a report shows them; empty for who may not see them
    sensitivity: tuple[Document, ...]
    memo: tuple[Document, ...]
    devices: tuple[DeviceRow, ...]  # the broken ones first, and no more than can be looked at
    handed_over: int
    span: Period | None
    months: tuple[str, ...]  # with data, the newest first
    provenances: tuple[Provenance, ...]
    alarms: int = 0  # that are open


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """A device-day as it is listed."""

    day: date
    records: int
    coverage_percent: str | None
    energy_kwh: str | None
    energy_source: str | None
    lit_s: int | None
    why_not_credited: str | None
    credited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceView:
    """A device's page: one of its days, its last readings, and what the registry says."""

    device: Device
    zone: Zone
    lot: Lot | None
    aid_batch: str | None
    position: tuple[Decimal, Decimal]  # latitude, longitude [deg]
    earns_credit: bool  # whether there is a method for its class
    state: State
    heard_at: int | None
    day: date
    earlier: date
    later: date | None
    plots: tuple[LinePlot, ...]
    night: Period | None
    readings: tuple[ReadingView, ...]
    days: tuple[DayRow, ...]
    provenances: tuple[Provenance, ...]
    alarms: tuple[Alarm, ...] = ()  # that are open and reach it


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayAccount:
    """What became of one gateway's records."""

    gateway: str
    total: Line
    balanced: bool
    strips: tuple[Strip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomView:
    """What is left of the disk."""

    free_gib: str
    floor_gib: str
    days_left: str | None  # None where no rate is known
    low: bool
    soon_full: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """The page of the account of records."""

    total: Line
    balanced: bool
    missing: tuple[Missing, ...]
    missing_more: int  # ranges beyond those
    gateways: tuple[GatewayAccount, ...]
    gateways_all: int
    room: RoomView | None  # None for who does not see all
    provenances: tuple[Provenance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingView:
    """The page of something that is not there."""

    what: str
    provenances: tuple[Provenance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who looks at a page, and can leave by a form."""

    name: str
    form_token: str


class LogInTrouble(StrEnum):
    """Why somebody was not let in."""

    WRONG = "wrong"
    EARLY = "early"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogInView:
    """The page that asks who it is."""

    form_token: str
    then: str  # the page that was asked for
    trouble: LogInTrouble | None = None
    wait_s: int = 0
    provenances: tuple[Provenance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One hour of a metric."""

    hour: int
    readings: int
    seconds: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricView:
    """A metric's hours and their sum."""

    metric: str
    unit: str
    counts: bool
    steps: tuple[StepView, ...]
    total: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """A product: quantity x factor x scale = kg, every digit of it."""

    name: str
    quantity: int
    unit: str
    factor: FactorView
    scale: str
    kg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArithmeticView:
    """The page of one device's day, from reading to kilogram."""

    device: Device
    zone: Zone
    day: date
    metrics: tuple[MetricView, ...]
    again: DeviceDay | None  # computed for this page, from the readings
    kept: DeviceDay | None  # as the figures took it
    figures: tuple[tuple[Method, str | None], ...]  # and why something was not credited
    lines: tuple[LineView, ...]
    kg: str
    quoted: str
    provenances: tuple[Provenance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportView:
    """The page that a file of readings is brought in by, and what became of the last one."""

    mappings: tuple[str, ...]
    mapping: str = ""  # that was chosen
    file: str = ""
    outcome: Entering | None = None
    dry_run: bool = False
    refusal: str = ""  # what is wrong with the file, by line and field
    provenances: tuple[Provenance, ...] = ()


class CommissionTrouble(StrEnum):
    """Why a device could not be put into service."""

    UNKNOWN = "unknown"
    POSITION = "position"
    FAR = "far"
    PHOTOGRAPH = "photograph"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommissionView:
    """The page for a telephone: the number on the pole, where it stands, and a photograph."""

    number: str = ""
    position: str = ""
    device: Device | None = None  # that was put into service just now
    evidence: int | None = None
    trouble: CommissionTrouble | None = None
    provenances: tuple[Provenance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """The page of a scope's period: the document that every other form is written from."""

    document: Document
    scope: str
    period: str
    earlier: str | None  # the months beside it
    later: str | None
    provenances: tuple[Provenance, ...]


View = (
    ProgrammeView
    | ZoneView
    | DeviceView
    | AccountView
    | ArithmeticView
    | MissingView
    | LogInView
    | ImportView
    | CommissionView
    | ReportView
)
