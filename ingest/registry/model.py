"""What is deployed, where, whose: the words of the registry as values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from ingest.contract.identity import DeviceId, GatewayId, SiteId, ZoneId
from ingest.contract.metric import DeviceClass


class Provenance(StrEnum):
    """Where a gateway's readings come from; the three never mix in one figure."""

    REAL = "real"
    SIMULATED = "simulated"
    RECORDED = "recorded"


class GridConnection(StrEnum):
    """Whether a device's energy displaces the grid's; unknown earns no credit."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"


class BuildingType(StrEnum):
    """Whom an off-grid set supplies, by the words of AMS-I.L."""

    HOUSEHOLD = "household"
    PUBLIC_ADMINISTRATION = "public_administration"
    BUS_STOP = "bus_stop"
    SCHOOL = "school"
    PRIMARY_SCHOOL = "primary_school"
    SECONDARY_SCHOOL = "secondary_school"
    HEALTH_CENTER = "health_center"
    DISPENSARY = "dispensary"
    TRADING_PLACE = "trading_place"


class Obligation(StrEnum):
    """Why a device has to be mended before all others."""

    SAFETY_SPOT = "safety_spot"  # a crossing, a school, a market: dark, it is dangerous
    LEGAL_MONITORING = "legal_monitoring"  # its readings are owed by law


class PersonRole(StrEnum):
    """What somebody is told for."""

    TECHNICIAN = "technician"
    MANAGER = "manager"
    MINISTRY = "ministry"
    OPERATOR = "operator"


class Language(StrEnum):
    """A language that people are told in (ISO 639-1)."""

    ENGLISH = "en"
    CHINESE = "zh"
    KHMER = "km"
    LAO = "lo"


class Duty(StrEnum):
    """When somebody is on duty; hours and holidays are the country's."""

    ALWAYS = "always"
    WORKING_HOURS = "working_hours"
    OFF_HOURS = "off_hours"


class Digest(StrEnum):
    """Whether what can wait comes once a day, in one."""

    YES = "yes"
    NO = "no"


class Basis(StrEnum):
    """What a stated value rests on."""

    NAMEPLATE = "nameplate"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """The programme's geographic area holding sites."""

    id: ZoneId
    name: str
    country: str  # ISO 3166-1 alpha-2
    grid: str  # ISO code of the grid that its energy displaces
    timezone: str  # IANA name; always a whole hour from UTC
    latitude: Decimal  # deg, north positive
    longitude: Decimal  # deg, east positive


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One place with a gateway and devices."""

    id: SiteId
    zone: ZoneId
    name: str
    latitude: Decimal | None
    longitude: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A field computer and its program."""

    id: GatewayId
    site: SiteId
    provenance: Provenance
    sim: str | None  # the SIM card's number (ICCID)


@dataclass(frozen=True, slots=True, kw_only=True)
class AidBatch:
    """What one agreement donates."""

    id: str
    name: str
    country: str  # ISO 3166-1 alpha-2
    signed: date | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """One delivery of one device class under an aid batch; a date is None where not published."""

    id: str
    aid_batch: str
    zone: ZoneId
    device_class: DeviceClass
    quantity: int
    signed: date | None
    shipped: date | None
    accepted: date | None
    handed_over: date | None
    installed: date | None
    rated_power_w: Decimal | None  # a lamp's load, a PV set's P0, each
    rated_power_basis: Basis | None
    source: str
    supplier: str | None = None
    warranty_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One addressable piece of equipment."""

    id: DeviceId
    gateway: GatewayId
    device_class: DeviceClass
    profile: str
    painted_number: str | None  # what stands on the pole
    lot: str | None
    latitude: Decimal | None
    longitude: Decimal | None
    interval_s: int  # expected between two readings
    rated_power_w: Decimal | None  # a lamp's load, a PV set's P0
    rated_power_basis: Basis | None
    accuracy_percent: Decimal  # of its energy metering
    grid_connection: GridConnection
    schedule: str  # when light is required: 'sunset..sunrise', 'sunset+5h' or '18:00..04:00' local
    handed_over: date | None
    calibrated_until: date | None = None  # the last day that its meter's certificate covers
    feeds: DeviceId | None = None  # the charger or vehicle that its energy goes into, wired to it
    building_type: BuildingType | None = None  # whom it supplies where there is no grid
    removed_load_w: Decimal | None = None  # of the lamp that it took the place of
    evidence_on: date | None = None  # the day of the proof of what a method needs to know of it
    evidence: str | None = None  # that proof: no grid there, or the lamp that was removed
    serial: str | None = None  # the maker's number, by which a replacement is told apart
    clock_offset_s: int = 0  # its own clock minus true time, where it stamps what it says itself
    obligation: Obligation | None = None  # why it is mended first
    people_served: int | None = None  # who go without while it is broken


@dataclass(frozen=True, slots=True, kw_only=True)
class SimCard:
    """A gateway's SIM card; one without credit is the commonest cause of silence."""

    number: str  # ICCID
    operator: str
    plan: str
    expires: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who is told of alarms, by what they do; a change on the rota is a later entry."""

    id: str
    role: PersonRole
    title: str  # what they do, not what they are called: 'Technician on duty'
    language: Language
    zones: tuple[ZoneId, ...]  # empty: every zone
    device_classes: tuple[DeviceClass, ...]  # empty: every class
    channels: tuple[str, ...]  # 'sms:night_shift' or 'hook': names, tried in this order
    quiet: str  # '22:00..06:00' in the time of the zone; empty: none
    duty: Duty = Duty.ALWAYS
    digest: Digest = Digest.NO
    step: int = 0  # of escalation: 0 is told first


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Who mends what a lot delivered, or what stands at a site, and how soon."""

    id: str
    lot: str | None
    site: SiteId | None
    contractor: str
    response_hours: int
    until: date | None  # the last day
    source: str


Entry = Zone | Site | Gateway | AidBatch | Lot | Device | SimCard | Person | Contract
