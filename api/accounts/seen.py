"""The registry as somebody sees it: what lies outside of their scope is not there at all."""

import threading
from collections.abc import Collection
from typing import Final

from api.accounts.scope import Scope
from ingest.registry.model import (
    AidBatch,
    Contract,
    Device,
    Entry,
    Gateway,
    Lot,
    Person,
    SimCard,
    Site,
    Zone,
)
from ingest.registry.registry import Registry, id_of

_KEPT: Final = 100  # scopes whose registries are remembered

Names = dict[type[Entry], frozenset[str]]


def within(registry: Registry, scope: Scope) -> Registry:
    """Return a registry of what lies in a scope now, with as much of its past as does."""
    if scope.everything:
        return registry
    names = _names(registry, scope)
    return Registry(entry for entry in registry.entries if _seen(entry.item, names))


class SeenRegistries:
    """Registries by scope, made again when the whole one has changed. Safe in any thread."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._known: dict[tuple[Scope, ...], tuple[Registry, Registry]] = {}

    def of(self, registry: Registry, scopes: tuple[Scope, ...]) -> Registry:
        """Return what lies in every one of some scopes."""
        with self._turn:
            whole, seen = self._known.get(scopes, (None, registry))
            if whole is not registry:
                seen = registry
                for scope in scopes:
                    seen = within(seen, scope)
                if len(self._known) >= _KEPT:
                    self._known.clear()
                self._known[scopes] = (registry, seen)
            return seen


def _names(registry: Registry, scope: Scope) -> Names:
    whole = {
        zone.id
        for zone in registry.zones()
        if zone.country in scope.countries or zone.id in scope.zones
    }
    lots = [
        lot for lot in registry.lots() if lot.zone in whole or lot.aid_batch in scope.aid_batches
    ]
    lot_names = {lot.id for lot in lots}
    devices = [
        device
        for device in registry.devices()
        if registry.zone_of(device).id in whole or device.lot in lot_names
    ]
    serving = {device.gateway for device in devices}
    gateways = [
        gateway
        for gateway in registry.gateways()
        if gateway.id in serving or registry.zone_of(gateway).id in whole
    ]
    standing = {gateway.site for gateway in gateways}
    sites = [site for site in registry.sites() if site.id in standing or site.zone in whole]
    return {
        Zone: frozenset(whole | {site.zone for site in sites} | {lot.zone for lot in lots}),
        Site: _ids(sites),
        Gateway: _ids(gateways),
        Device: _ids(devices),
        Lot: frozenset(lot_names),
        AidBatch: scope.aid_batches
        | {lot.aid_batch for lot in lots}
        | {batch.id for batch in registry.aid_batches() if batch.country in scope.countries},
        SimCard: frozenset(gateway.sim for gateway in gateways if gateway.sim is not None),
        Person: frozenset(),  # whom to reach, and where, is for who sees all
        Contract: _ids(
            [
                each
                for each in registry.contracts()
                if each.lot in lot_names or each.site in standing
            ]
        ),
    }


def _ids(things: Collection[Entry]) -> frozenset[str]:
    return frozenset(map(id_of, things))


def _seen(item: Entry, names: Names) -> bool:
    """Tell whether a thing is seen; an entry of its past that lies elsewhere is not."""
    if id_of(item) not in names[type(item)]:
        return False
    match item:
        case Site() | Lot():
            return item.zone in names[Zone]
        case Gateway():
            return item.site in names[Site]
        case Device():
            return item.gateway in names[Gateway]
        case _:
            return True
