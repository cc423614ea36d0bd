"""Causes that several devices or gateways share: enough of them, soon after one another."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from analytics.alarms.places import Place, Places
from analytics.alarms.policy import Common, Counted, Policy, Scope
from analytics.alarms.spans import FaultKey, episodes, key_of
from analytics.faults.fault import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Faults that share a cause, in the order they began."""

    common: Common
    subject: str  # the zone, site, gateway or operator
    faults: tuple[Fault, ...]


def shared_causes(faults: Sequence[Fault], places: Places, policy: Policy) -> list[Shared]:
    """Return what faults share, the widest causes first; none of them has two."""
    found: list[Shared] = []
    taken = set[FaultKey]()
    for common in policy.common:
        left = [each for each in faults if each.rule in common.rules and key_of(each) not in taken]
        for one in _of(common, left, places, policy):
            taken.update(map(key_of, one.faults))
            found.append(one)
    return found


def _of(
    common: Common, faults: Sequence[Fault], places: Places, policy: Policy
) -> Iterator[Shared]:
    ground = _Ground(common, faults, places)
    for where, own in sorted(ground.faults.items()):
        runs = (run for run in _runs(own, common.within_us) if ground.fits(where, run))
        whole = (fault for run in runs for fault in run)
        for run in episodes(whole, policy.again_within_us):
            yield Shared(common=common, subject=where, faults=run)


class _Ground:
    """The faults that may have one kind of cause, by whom it would be shared, and all there are."""

    def __init__(self, common: Common, faults: Iterable[Fault], places: Places) -> None:
        self._common = common
        self._places = places
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self._by_zone: dict[str, list[tuple[str | None, Fault]]] = defaultdict(list)
        for fault in faults:
            if (place := places.of(fault.subject)) is None:
                continue
            where = _where(common, place)
            self._by_zone[place.zone].append((where, fault))
            if where is not None:
                self.faults[where].append(fault)

    def fits(self, where: str, run: Sequence[Fault]) -> bool:
        """Tell whether faults soon after one another are enough, and others go on beside them."""
        count = len({fault.subject for fault in run})
        if count < self._common.at_least:
            return False
        enough = 100 * count >= self._common.share_percent * self._there[where]
        return enough and not self._beside(where, run)

    @cached_property
    def _alike(self) -> Sequence[Place]:
        """Where all stand that this cause could reach, or would have to spare."""
        devices = self._common.of is Counted.DEVICES
        there = self._places.all_devices if devices else self._places.all_gateways
        return [place for place in there.values() if _alike(self._common, place)]

    @cached_property
    def _there(self) -> Counter[str | None]:
        return Counter(_where(self._common, place) for place in self._alike)

    @cached_property
    def _there_in_zone(self) -> Counter[str]:
        return Counter(place.zone for place in self._alike)

    def _beside(self, where: str, run: Sequence[Fault]) -> bool:
        """Tell whether too many whom this cause cannot reach have the same then."""
        place = self._places.of(run[0].subject)
        if not self._common.spared or place is None:
            return False
        first = run[0].began_at
        hit = {
            fault.subject
            for other, fault in self._by_zone[place.zone]
            if other != where and abs(fault.began_at - first) <= self._common.within_us
        }
        there = self._there_in_zone[place.zone] - self._there[where]
        return bool(hit) and 100 * len(hit) >= self._common.share_percent * there


def _alike(common: Common, place: Place) -> bool:
    """Tell whether something is of a kind that this cause reaches, or would have to spare."""
    device = place.device
    return not common.classes or (device is not None and device.device_class in common.classes)


def _where(common: Common, place: Place) -> str | None:
    """Return with whose faults this one is looked at; None where it is none of this cause."""
    device = place.device
    if common.of is Counted.DEVICES and device is None:
        return None
    if not _alike(common, place):
        return None
    if common.grid is not None and device is not None:
        return _scope(common.scope, place) if device.grid_connection is common.grid else None
    return _scope(common.scope, place)


def _scope(scope: Scope, place: Place) -> str | None:
    match scope:
        case Scope.ZONE:
            return place.zone
        case Scope.SITE:
            return place.site
        case Scope.GATEWAY:
            return place.gateway
        case Scope.OPERATOR:
            return place.operator


def _runs(faults: Iterable[Fault], within_us: int) -> list[list[Fault]]:
    """Return faults in runs, each no longer than a span behind its first."""
    runs: list[list[Fault]] = []
    for fault in sorted(faults, key=lambda each: (each.began_at, each.rule, each.subject)):
        if runs and fault.began_at - runs[-1][0].began_at <= within_us:
            runs[-1].append(fault)
        else:
            runs.append([fault])
    return runs
