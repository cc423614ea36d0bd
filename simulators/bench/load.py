"""Sealed chunks of simulated gateways, as the field side forms them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
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


@cache
def devices_of(gateway: int) -> tuple[DeviceId, ...]:
    """Return the devices of one of the gateways."""
    return tuple(DeviceId(f"bench-{gateway}-lamp-{number:02}") for number in range(1, 21))


DEVICES: Final = devices_of(0)
ROWS: Final = len(DEVICES) * TIMES
VALUES: Final = ROWS * len(LEVELS)

_BOOT: Final = BootId("bench-boot")


def gateway_id(gateway: int) -> GatewayId:
    """Return the id of one of the gateways."""
    return GatewayId(f"bench-gateway-{gateway}")


def registry_entries(
    serving: Sequence[Sequence[DeviceId]] = (DEVICES,), *, profile: str = "srne_streetlight"
) -> list[Entry]:
    """Return a zone with gateways, each serving its devices."""
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
        *(
            Gateway(id=gateway_id(number), site=site, provenance=Provenance.SIMULATED, sim=None)
            for number in range(len(serving))
        ),
        *(
            _lamp(device, number, profile)
            for number, devices in enumerate(serving)
            for device in devices
        ),
    ]


def sealed_chunks(count: int, *, seed: int, gateway: int = 0) -> Iterator[Message]:
    """Yield chunks of an hour each, with the digits that a lamp's registers have."""
    chance = np.random.default_rng((seed, gateway))
    for hour in range(count):
        entered = START + (hour + 1) * TIMES * STEP
        first = hour * ROWS + 1
        rows = [
            Held(first + row, _record(gateway, hour * TIMES + row // len(DEVICES), row, said))
            for row, said in enumerate(_said(chance, ROWS))
        ]
        days = {entered.date(): (_first_of_day(hour), first + ROWS - 1)}
        yield _sealed(gateway, rows, days, entered)


def sealed_polls(
    count: int, *, seed: int, gateway: int = 0, instants: int = 1
) -> Iterator[Message]:
    """Yield chunks of one or a few instants of all devices each."""
    chance, size = np.random.default_rng((seed, gateway)), instants * len(DEVICES)
    for poll in range(count):
        entered = START + (poll + 1) * instants * STEP
        first = poll * size + 1
        rows = [
            Held(first + row, _record(gateway, poll * instants + row // len(DEVICES), row, said))
            for row, said in enumerate(_said(chance, size))
        ]
        yield _sealed(gateway, rows, {START.date(): (1, rows[-1].number)}, entered)


def _said(chance: np.random.Generator, rows: int) -> list[list[float]]:
    means, spreads = np.array(list(LEVELS.values())).T
    moved = chance.normal(means, spreads, (rows, len(LEVELS)))
    found: list[list[float]] = np.abs(moved).clip(max=means + 4 * spreads).round(2).tolist()
    return found


def _sealed(
    gateway: int, rows: list[Held], days: dict[date, tuple[int, int]], entered: datetime
) -> Message:
    account = Account(boot=_BOOT, head=rows[-1].number, low=rows[0].number, days=days)
    sealed = seal_chunk(rows, account=account, held=(_BOOT,), sent_at=entered)
    if sealed.rows < len(rows):
        raise ValueError(f"{len(rows)} rows do not fit into one chunk")
    topic = str(Topic(gateway_id(gateway), Kind.CHUNK))
    return Message(topic=topic, payload=sealed.payload, received_at=micros(entered))


def _record(gateway: int, step: int, row: int, said: list[float]) -> Record:
    return Record(
        device=devices_of(gateway)[row % len(DEVICES)],
        measured_at=micros(START + step * STEP),
        values=dict(zip(LEVELS, said, strict=True)),
    )


def _first_of_day(hour: int) -> int:
    """Return the first number entered on the day on which the hour's records are."""
    return ((hour + 1) // 24 * 24 - 1) * ROWS + 1 if hour >= 23 else 1  # noqa: PLR2004


def _lamp(device: DeviceId, gateway: int, profile: str) -> Device:
    return Device(
        id=device,
        gateway=gateway_id(gateway),
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
