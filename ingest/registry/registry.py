"""What is deployed, as it was known and as it was valid at any instant."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import Final, TypeVar, cast

from ingest.contract.identity import GatewayId, ZoneId
from ingest.registry.model import (
    AidBatch,
    Contract,
    Device,
    Entry,
    Gateway,
    Lot,
    Person,
    Provenance,
    SimCard,
    Site,
    Zone,
)

_T = TypeVar("_T", Zone, Site, Gateway, AidBatch, Lot, Device, SimCard, Person, Contract)

_SNAPSHOTS_KEPT: Final = 32  # of a registry whose devices were entered day by day


class DanglingReferenceError(LookupError):
    """An entry names another that is not in the registry."""

    def __init__(self, kind: str, id_: str) -> None:
        super().__init__(f"the registry has no {kind} {id_}")
        self.kind = kind
        self.id = id_


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """What one change said of one thing, valid from an instant on."""

    change: int
    valid_from: int  # microseconds
    item: Entry


def id_of(item: Entry) -> str:
    """Return what an entry is called among its kind."""
    return item.number if isinstance(item, SimCard) else item.id


class Registry:
    """An immutable value: the entries of all changes up to a number.

    `at` is an instant in microseconds at which things are looked at; without it, as they are valid
    last. Of one thing's entries the one with the latest start before that instant holds, and of
    entries with the same start the one of the highest change.
    """

    def __init__(self, entries: Iterable[Entered] = ()) -> None:
        self._entries = tuple(sorted(entries, key=attrgetter("change")))
        self._snapshots: dict[int, _Snapshot] = {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Registry) and self._entries == other._entries

    def __hash__(self) -> int:
        return hash(self._entries)

    @property
    def entries(self) -> tuple[Entered, ...]:
        """All entries, in the order of their changes."""
        return self._entries

    @property
    def change(self) -> int:
        """The highest change number; 0 where nothing was entered."""
        return self._entries[-1].change if self._entries else 0

    def latest(self) -> dict[tuple[type[Entry], str, int], Entry]:
        """Return what is known last, by kind, id and start of validity."""
        return {
            (type(entry.item), id_of(entry.item), entry.valid_from): entry.item
            for entry in self._entries
        }

    def as_of(self, change: int) -> "Registry":
        """Return what was known after a change."""
        if change >= self.change:
            return self
        return Registry(entry for entry in self._entries if entry.change <= change)

    def zones(self, at: int | None = None) -> tuple[Zone, ...]:
        """Return the zones, by id."""
        return self._snapshot(at).all(Zone)

    def sites(self, at: int | None = None) -> tuple[Site, ...]:
        """Return the sites, by id."""
        return self._snapshot(at).all(Site)

    def gateways(self, at: int | None = None) -> tuple[Gateway, ...]:
        """Return the gateways, by id."""
        return self._snapshot(at).all(Gateway)

    def devices(self, at: int | None = None) -> tuple[Device, ...]:
        """Return the devices, by id."""
        return self._snapshot(at).all(Device)

    def sim_cards(self, at: int | None = None) -> tuple[SimCard, ...]:
        """Return the SIM cards, by number."""
        return self._snapshot(at).all(SimCard)

    def aid_batches(self) -> tuple[AidBatch, ...]:
        """Return the aid batches, by id."""
        return self._snapshot(None).all(AidBatch)

    def lots(self) -> tuple[Lot, ...]:
        """Return the lots, by id."""
        return self._snapshot(None).all(Lot)

    def people(self, at: int | None = None) -> tuple[Person, ...]:
        """Return whoever is told of alarms, by id."""
        return self._snapshot(at).all(Person)

    def contracts(self, at: int | None = None) -> tuple[Contract, ...]:
        """Return the contracts, by id."""
        return self._snapshot(at).all(Contract)

    def zone(self, id_: str, at: int | None = None) -> Zone | None:
        """Return a zone, or None where there is none of that id."""
        return self._find(Zone, id_, at)

    def site(self, id_: str, at: int | None = None) -> Site | None:
        """Return a site, or None where there is none of that id."""
        return self._find(Site, id_, at)

    def gateway(self, id_: str, at: int | None = None) -> Gateway | None:
        """Return a gateway, or None where there is none of that id."""
        return self._find(Gateway, id_, at)

    def device(self, id_: str, at: int | None = None) -> Device | None:
        """Return a device, or None where there is none of that id."""
        return self._find(Device, id_, at)

    def sim_card(self, number: str, at: int | None = None) -> SimCard | None:
        """Return a SIM card, or None where there is none of that number."""
        return self._find(SimCard, number, at)

    def aid_batch(self, id_: str) -> AidBatch | None:
        """Return an aid batch, or None where there is none of that id."""
        return self._find(AidBatch, id_, None)

    def lot(self, id_: str) -> Lot | None:
        """Return a lot, or None where there is none of that id."""
        return self._find(Lot, id_, None)

    def person(self, id_: str, at: int | None = None) -> Person | None:
        """Return somebody, or None where there is nobody of that id."""
        return self._find(Person, id_, at)

    def site_of(self, thing: Device | Gateway, at: int | None = None) -> Site:
        """Return the site that a device or a gateway stands at."""
        return self._needed(Site, self._gateway_of(thing, at).site, at)

    def zone_of(self, thing: Device | Gateway, at: int | None = None) -> Zone:
        """Return the zone that a device or a gateway belongs to."""
        return self._needed(Zone, self.site_of(thing, at).zone, at)

    def provenance_of(self, device: Device, at: int | None = None) -> Provenance:
        """Return where a device's readings come from: it is its gateway's."""
        return self._gateway_of(device, at).provenance

    def position_of(self, device: Device, at: int | None = None) -> tuple[Decimal, Decimal]:
        """Return latitude and longitude: the device's, else its site's, else its zone's. [deg]"""
        if device.latitude is not None and device.longitude is not None:
            return device.latitude, device.longitude
        site = self.site_of(device, at)
        if site.latitude is not None and site.longitude is not None:
            return site.latitude, site.longitude
        zone = self._needed(Zone, site.zone, at)
        return zone.latitude, zone.longitude

    def versions_of(self, device: Device) -> Sequence[tuple[int, Device]]:
        """Return what a device was, each from its microseconds on, the first from ever on."""
        history = self._histories.get((Device, device.id))
        if history is None:
            return [(0, device)]
        items = cast("Sequence[Device]", history.items)
        return list(zip([0, *history.valid_from[1:]], items, strict=True))

    def devices_of_gateway(self, gateway_id: str, at: int | None = None) -> tuple[Device, ...]:
        """Return the devices that a gateway serves, by id."""
        return self._snapshot(at).by_gateway.get(GatewayId(gateway_id), ())

    def devices_of_zone(self, zone_id: str, at: int | None = None) -> tuple[Device, ...]:
        """Return the devices of a zone, by id."""
        snapshot = self._snapshot(at)
        if snapshot.by_zone is None:
            snapshot.by_zone = _grouped(
                (self.zone_of(device, at).id, device) for device in snapshot.all(Device)
            )
        return snapshot.by_zone.get(ZoneId(zone_id), ())

    def _gateway_of(self, thing: Device | Gateway, at: int | None) -> Gateway:
        return thing if isinstance(thing, Gateway) else self._needed(Gateway, thing.gateway, at)

    def _needed(self, kind: type[_T], id_: str, at: int | None) -> _T:
        """Return what an entry refers to, as first entered where the instant is before that."""
        history = self._histories.get((kind, id_))
        if history is None:
            raise DanglingReferenceError(kind.__name__.lower(), id_)
        return cast("_T", history.at(at) or history.items[0])

    def _find(self, kind: type[_T], id_: str, at: int | None) -> _T | None:
        history = self._histories.get((kind, id_))
        return None if history is None else cast("_T | None", history.at(at))

    @cached_property
    def _histories(self) -> "Mapping[tuple[type[Entry], str], _History]":
        found: defaultdict[tuple[type[Entry], str], dict[int, Entry]] = defaultdict(dict)
        for (kind, id_, valid_from), item in self.latest().items():
            found[kind, id_][valid_from] = item
        return {key: _History.of(items) for key, items in sorted(found.items(), key=_by_id)}

    @cached_property
    def _turns(self) -> Sequence[int]:
        """The instants at which what is valid changes."""
        return sorted({entry.valid_from for entry in self._entries})

    def _snapshot(self, at: int | None) -> "_Snapshot":
        turn = len(self._turns) if at is None else bisect_right(self._turns, at)
        snapshot = self._snapshots.get(turn)
        if snapshot is None:
            if len(self._snapshots) >= _SNAPSHOTS_KEPT:
                self._snapshots.clear()
            snapshot = self._snapshots[turn] = _Snapshot(self._histories, at)
        return snapshot


@dataclass(frozen=True, slots=True)
class _History:
    """What one thing was, from when on."""

    valid_from: Sequence[int]  # ascending, microseconds
    items: Sequence[Entry]

    @classmethod
    def of(cls, items: Mapping[int, Entry]) -> "_History":
        starts = sorted(items)
        return cls(starts, [items[start] for start in starts])

    def at(self, at: int | None) -> Entry | None:
        place = len(self.items) if at is None else bisect_right(self.valid_from, at)
        return self.items[place - 1] if place else None


class _Snapshot:
    """What was valid between two turns."""

    def __init__(
        self, histories: Mapping[tuple[type[Entry], str], _History], at: int | None
    ) -> None:
        valid = ((kind, history.at(at)) for (kind, _), history in histories.items())
        self._by_kind = _grouped((kind, item) for kind, item in valid if item is not None)
        self.by_gateway = _grouped((device.gateway, device) for device in self.all(Device))
        self.by_zone: Mapping[ZoneId, tuple[Device, ...]] | None = None

    def all(self, kind: type[_T]) -> tuple[_T, ...]:
        return cast("tuple[_T, ...]", self._by_kind.get(kind, ()))


_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def _grouped(pairs: Iterable[tuple[_Key, _Value]]) -> dict[_Key, tuple[_Value, ...]]:
    groups: defaultdict[_Key, list[_Value]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}


def _by_id(pair: tuple[tuple[type[Entry], str], dict[int, Entry]]) -> str:
    return pair[0][1]
