"""The zone that fault rules are evaluated on: lamps, PV sets and stations behind gateways."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from ingest.contract.identity import DeviceId, GatewayId, SiteId, ZoneId
from ingest.contract.metric import DeviceClass
from ingest.registry.model import (
    Basis,
    Device,
    Entry,
    Gateway,
    GridConnection,
    Provenance,
    SimCard,
    Site,
    Zone,
)
from ingest.registry.registry import Entered, Registry
from simulators.world.model import SimulatedDevice, SimulatedZone
from simulators.world.noise import generator

ZONE: Final = Zone(
    id=ZoneId("kh-evaluation"),
    name="Evaluation",
    country="KH",
    grid="KH",
    timezone="Asia/Phnom_Penh",
    latitude=Decimal("10.60"),
    longitude=Decimal("103.50"),
)
_OFFSET: Final = timedelta(hours=7)
_SITE: Final = SiteId("kh-evaluation-site")
_INTERVAL_S: Final = 300
_POWER_W: Final = {DeviceClass.STREETLIGHT: 60, DeviceClass.SCHOOL_PV: 10_000}
_PROFILE: Final = {
    DeviceClass.STREETLIGHT: "srne_streetlight",
    DeviceClass.SCHOOL_PV: "sunspec_three_phase",
    DeviceClass.AIR_STATION: "air_station_template",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many devices stand behind how many gateways."""

    lamps: int = 144
    lamp_gateways: int = 6
    sets: int = 36
    set_gateways: int = 3
    stations: int = 8
    station_gateways: int = 2

    @property
    def devices(self) -> int:
        """How many devices there are."""
        return self.lamps + self.sets + self.stations


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A zone as the registry and as the simulated world have it."""

    registry: Registry
    world: SimulatedZone
    cards: dict[str, str]  # the SIM card of each gateway

    def of(self, device_class: DeviceClass) -> tuple[Device, ...]:
        """Return the devices of a class, by id."""
        return tuple(d for d in self.registry.devices() if d.device_class is device_class)


def layout(seed: int, size: Size, expiring: dict[int, date]) -> Layout:
    """Return a zone.

    Args:
        seed: Where devices stand depends on it.
        size: How many there are.
        expiring: The last day of some gateways' SIM cards, by the gateways' numbers.
    """
    groups = (
        (DeviceClass.STREETLIGHT, size.lamps, size.lamp_gateways),
        (DeviceClass.SCHOOL_PV, size.sets, size.set_gateways),
        (DeviceClass.AIR_STATION, size.stations, size.station_gateways),
    )
    items: list[Entry] = [
        ZONE,
        Site(id=_SITE, zone=ZONE.id, name="Evaluation", latitude=None, longitude=None),
    ]
    devices: list[Device] = []
    cards: dict[str, str] = {}
    for device_class, count, gateways in groups:
        first = len(cards)
        for number in range(first, first + gateways):
            card = SimCard(
                number=f"sim-{number}",
                operator="north" if number % 2 else "south",
                plan="1 GB",
                expires=expiring.get(number),
            )
            gateway = GatewayId(f"kh-gw-{number}")
            cards[gateway] = card.number
            items += [card, _gateway(gateway, card)]
        devices += [
            _device(seed, device_class, number, GatewayId(f"kh-gw-{first + number % gateways}"))
            for number in range(count)
        ]
    registry = Registry(Entered(change=1, valid_from=0, item=item) for item in (*items, *devices))
    return Layout(registry=registry, world=_world(registry), cards=cards)


def _gateway(gateway: GatewayId, card: SimCard) -> Gateway:
    return Gateway(id=gateway, site=_SITE, provenance=Provenance.SIMULATED, sim=card.number)


def _device(seed: int, device_class: DeviceClass, number: int, gateway: GatewayId) -> Device:
    chance = generator(seed, device_class, number, "place")
    north, east = chance.uniform(-0.04, 0.04, 2).tolist()
    power = _POWER_W.get(device_class)
    lamp = device_class is DeviceClass.STREETLIGHT
    return Device(
        id=DeviceId(f"kh-{device_class.value.replace('_', '-')}-{number:04}"),
        gateway=gateway,
        device_class=device_class,
        profile=_PROFILE[device_class],
        painted_number=None,
        lot=None,
        latitude=ZONE.latitude + Decimal(f"{north:.5f}"),
        longitude=ZONE.longitude + Decimal(f"{east:.5f}"),
        interval_s=_INTERVAL_S,
        rated_power_w=None if power is None else Decimal(power),
        rated_power_basis=None if power is None else Basis.ASSUMED,
        accuracy_percent=Decimal(5),
        grid_connection=GridConnection.OFF if lamp else GridConnection.ON,
        schedule="sunset..sunrise",
        handed_over=date(2025, 1, 1),
    )


def _world(registry: Registry) -> SimulatedZone:
    return SimulatedZone(
        id=ZONE.id,
        latitude=float(ZONE.latitude),
        longitude=float(ZONE.longitude),
        utc_offset=_OFFSET,
        devices=tuple(
            SimulatedDevice(
                id=device.id,
                device_class=device.device_class,
                rated_power_w=float(device.rated_power_w or 0),
                latitude=float(device.latitude or 0),
                longitude=float(device.longitude or 0),
                schedule=device.schedule,
            )
            for device in registry.devices()
        ),
    )
