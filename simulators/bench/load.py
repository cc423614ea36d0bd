"""Sealed chunks of one simulated gateway, as the field side forms them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

import numpy as np

from gateway.chunks import seal_chunk
from gateway.outbox import Held
from ingest.archive import Message
from ingest.contract.chunk import Account
from ingest.contract.identity import BootId, DeviceId, GatewayId, SiteId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import micros
from ingest.contract.record import Record
from ingest.contract.topic import Kind, Topic
from ingest.registry.model import (
    Basis,
    Device,
    Entry,
    Gateway,
    GridConnection,
    Provenance,
    Site,
    Zone,
)

DEVICES: Final = tuple(DeviceId(f"bench-lamp-{number:02}") for number in range(1, 21))
TIMES: Final = 12
STEP: Final = timedelta(minutes=5)
START: Final = datetime(2026, 1, 1, tzinfo=UTC)
LEVELS: Final = {  # [assumed] a lamp's usual values and how far they move, in the metric's unit
    "load_power": (58.0, 3.0),
    "load_voltage": (25.6, 0.4),
    "load_current": (2.3, 0.1),
    "brightness": (80.0, 10.0),
    "pv_power": (120.0, 60.0),
    "pv_voltage": (34.0, 3.0),
    "pv_current": (3.5, 1.5),
    "battery_voltage": (25.9, 0.6),
    "battery_soc": (75.0, 12.0),
    "controller_temperature": (36.0, 5.0),
}
ROWS: Final = len(DEVICES) * TIMES
VALUES: Final = ROWS * len(LEVELS)

_GATEWAY: Final = GatewayId("bench-gateway")
_BOOT: Final = BootId("bench-boot")


def registry_entries(
    devices: Sequence[DeviceId] = DEVICES, *, profile: str = "srne_streetlight"
) -> list[Entry]:
    """Return a zone with one gateway and its devices."""
    zone, site = ZoneId("bench"), SiteId("bench-site")
    return [
        Zone(
            id=zone,
            name="Bench",
            country="KH",
            grid="KH",
            timezone="Asia/Phnom_Penh",
            latitude=Decimal("10.6"),
            longitude=Decimal("103.5"),
        ),
        Site(id=site, zone=zone, name="Bench", latitude=None, longitude=None),
        Gateway(id=_GATEWAY, site=site, provenance=Provenance.SIMULATED, sim=None),
        *(_lamp(device, profile) for device in devices),
    ]


def sealed_chunks(count: int, *, seed: int) -> Iterator[Message]:
    """Yield chunks of an hour each, with the digits that a lamp's registers have."""
    chance = np.random.default_rng(seed)
    means, spreads = np.array(list(LEVELS.values())).T
    for hour in range(count):
        moved = chance.normal(means, spreads, (ROWS, len(LEVELS)))
        yield _chunk(hour, np.abs(moved).clip(max=means + 4 * spreads).round(2).tolist())


def _chunk(hour: int, values: list[list[float]]) -> Message:
    first = hour * ROWS + 1
    entered = START + (hour + 1) * TIMES * STEP
    rows = [
        Held(first + row, _record(hour * TIMES + row // len(DEVICES), row % len(DEVICES), said))
        for row, said in enumerate(values)
    ]
    head = first + ROWS - 1
    days: dict[date, tuple[int, int]] = {entered.date(): (_first_of_day(hour), head)}
    account = Account(boot=_BOOT, head=head, low=first, days=days)
    sealed = seal_chunk(rows, account=account, held=(_BOOT,), sent_at=entered)
    if sealed.rows < ROWS:
        raise ValueError(f"{ROWS} rows do not fit into one chunk")
    topic = str(Topic(_GATEWAY, Kind.CHUNK))
    return Message(topic=topic, payload=sealed.payload, received_at=micros(entered))


def _record(step: int, device: int, said: list[float]) -> Record:
    return Record(
        device=DEVICES[device],
        measured_at=micros(START + step * STEP),
        values=dict(zip(LEVELS, said, strict=True)),
    )


def _first_of_day(hour: int) -> int:
    """Return the first number entered on the day on which the hour's records are."""
    return ((hour + 1) // 24 * 24 - 1) * ROWS + 1 if hour >= 23 else 1  # noqa: PLR2004


def _lamp(device: DeviceId, profile: str) -> Device:
    return Device(
        id=device,
        gateway=_GATEWAY,
        device_class=DeviceClass.STREETLIGHT,
        profile=profile,
        painted_number=None,
        lot=None,
        latitude=None,
        longitude=None,
        interval_s=int(STEP.total_seconds()),
        rated_power_w=Decimal(60),
        rated_power_basis=Basis.ASSUMED,
        accuracy_percent=Decimal(5),
        grid_connection=GridConnection.OFF,
        schedule="sunset..sunrise",
        handed_over=date(2025, 1, 1),
    )
