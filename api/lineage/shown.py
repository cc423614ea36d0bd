"""What lineage says, as it is shown."""

from datetime import date
from typing import Any

from pydantic import BaseModel

from analytics.avoided import Judged, Line
from analytics.quoting import shown as factor_shown
from api.instants import shown
from ingest.taken import Taken


class DeviceDayShown(BaseModel):
    """A device-day of a figure; its energy counts where it is credited."""

    device: str
    day: date
    energy_mwh: int | None
    distance_m: int | None
    credited: bool
    why_not_credited: str | None
    lineage: str

    @classmethod
    def of(cls, one: Judged) -> "DeviceDayShown":
        """Return a contribution as it is shown."""
        return cls(
            device=one.device,
            day=one.day,
            energy_mwh=one.energy_mwh,
            distance_m=one.distance_m,
            credited=one.why_not_credited is None,
            why_not_credited=one.why_not_credited,
            lineage=f"/v1/lineage/device-day:{one.device}~{one.day}",
        )


class LineShown(BaseModel):
    """One product: quantity x factor x scale = kg, added or taken away. All digits are exact."""

    name: str
    quantity: int
    unit: str
    factor: dict[str, object]
    scale: str
    kg: str

    @classmethod
    def of(cls, line: Line) -> "LineShown":
        """Return a line as it is shown."""
        return cls(
            name=line.name,
            quantity=line.quantity,
            unit=line.unit,
            factor=factor_shown(line.factor),
            scale=f"{line.scale:f}",
            kg=f"{line.kg:f}",
        )


class ZoneDayShown(BaseModel):
    """A zone's device-days of one day, and the SHA-256 of their canonical bytes."""

    zone: str
    day: date
    sha256: str


class PartShown(BaseModel):
    """A part of a figure, to be asked for by itself: a zone, or some days of one.

    Of a revision it has the SHA-256 of its zone-days' hashes, each with its day before it.
    """

    zone: str
    days: str
    zone_days: int
    sha256: str | None
    lineage: str


class LineageShown(BaseModel):
    """The device-days that made a figure, or its parts. Energies in mWh, whole numbers, exact."""

    scope: str
    period: str
    figure: str
    device_class: str
    value: str | None
    unit: str | None
    revision: int
    sha256: str | None
    energy_mwh: int
    credited_mwh: int
    lines: list[LineShown]
    method: Any
    factors: Any
    assumed_inputs: Any
    software: str
    registry_change: int
    watermark: list[dict[str, Any]]
    parts: list[PartShown]
    zone_days: list[ZoneDayShown]
    device_days: list[DeviceDayShown]


class MessageShown(BaseModel):
    """A message that may have told of a device-day: where it lies, and which records it carries."""

    lineage: str
    file: str
    offset: int
    index: int
    gateway: str | None
    boot: str | None
    numbers: list[tuple[int, int]]
    received_at: str | None
    registry_change: int

    @classmethod
    def of(cls, one: Taken) -> "MessageShown":
        """Return a message as it is shown."""
        return cls(
            lineage=f"/v1/lineage/message:{one.place.file}~{one.place.offset}~{one.index}",
            file=one.place.file,
            offset=one.place.offset,
            index=one.index,
            gateway=one.gateway,
            boot=one.boot,
            numbers=[(first, last) for first, last in one.numbers.pairs],
            received_at=shown(one.received_at),
            registry_change=one.registry_change,
        )


class RevisionShown(BaseModel):
    """A published revision that rests on it."""

    scope: str
    period: str
    number: int


class DeviceDayLineage(BaseModel):
    """From a device-day down to its messages and up to the revisions that rest on it."""

    device: str
    day: date
    messages: list[MessageShown]
    revisions: list[RevisionShown]


class MessageLineage(BaseModel):
    """From a message up to the device-days it may have told of, and the revisions on them."""

    message: MessageShown
    device_days: list[str]
    revisions: list[RevisionShown]
