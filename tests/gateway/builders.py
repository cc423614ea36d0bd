"""Records and outboxes to test with."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from ingest.contract.identity import BootId, DeviceId
from ingest.contract.period import micros
from ingest.contract.quality import Quality
from ingest.contract.record import Record

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FIRST_BOOT = BootId("b20261124t115900-00000001")
SECOND_BOOT = BootId("b20261125t000000-00000002")


def a_record(
    device: str = "lamp-1",
    *,
    minute: int = 0,
    values: Mapping[str, float | None] | None = None,
    quality: Mapping[str, Quality] | None = None,
) -> Record:
    """A lamp's record, so many minutes after noon."""
    return Record(
        device=DeviceId(device),
        measured_at=micros(NOON + timedelta(minutes=minute)),
        values=values or {"load_power": 60.0},
        quality=quality or {},
    )


def records_of(device: str, count: int, *, start: int = 0) -> list[Record]:
    """As many records of a device, a minute apart."""
    return [a_record(device, minute=minute) for minute in range(start, start + count)]
