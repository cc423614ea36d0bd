"""Placing causes in time and on devices: each device has one at most."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from ingest.contract.period import DAY_US, HOUR_US, Period
from simulators.faults.labels import Kind, Label
from simulators.faults.layout import Layout
from simulators.faults.plans import (
    FOUND_WITHIN,
    LAMP,
    PLANS,
    SET,
    STATION,
    USUAL_DAYS,
    Plan,
    least_days,
)
from simulators.world.noise import generator


def placed(layout: Layout, *, seed: int, start: int, days: int, whole: bool) -> list[Label]:
    """Return what happens in a zone.

    Args:
        layout: The zone.
        seed: What chance depends on.
        start: The local midnight from which on things happen. [microseconds]
        days: For how long.
        whole: Whether what takes weeks to happen and to be found happens as well.
    """
    chance = generator(seed, "labels")
    span = Period(start, start + days * DAY_US)
    labels = list(_on_devices(layout, chance, span, whole=whole))
    labels += _on_gateways(layout, chance, span)
    labels += _on_the_zone(layout, chance, span)
    return sorted(labels, key=lambda each: (each.period, each.kind))


def _on_devices(
    layout: Layout, chance: np.random.Generator, span: Period, *, whole: bool
) -> Iterator[Label]:
    for device_class in (LAMP, SET, STATION):
        left = [device.id for device in layout.of(device_class)]
        chance.shuffle(left)
        if device_class is SET and left:
            yield _clipping(left.pop(), span)
        for plan in (each for each in PLANS if each.device_class is device_class):
            room = (span.end - span.start) / DAY_US - least_days(plan) - 0.5
            if room <= 0 or (least_days(plan) > FOUND_WITHIN and not whole):
                continue
            scale = min((span.end - span.start) / DAY_US / USUAL_DAYS, 1.0)
            for _ in range(math.ceil(plan.times * scale)):
                if left:
                    yield _label(plan, left.pop(), chance, span, room)


def _label(
    plan: Plan, device: str, chance: np.random.Generator, span: Period, room: float
) -> Label:
    day = int(chance.integers(0, max(math.floor(room), 1)))
    begins = span.start + day * DAY_US + round(chance.uniform(*plan.first_hours) * HOUR_US)
    ends = begins + round(chance.uniform(*plan.days) * DAY_US)
    return Label(
        kind=plan.kind,
        subjects=(device,),
        period=Period(begins, ends),
        must=frozenset(plan.must),
        may=frozenset(plan.may),
        strength=float(chance.uniform(*plan.strength)),
    )


def _clipping(device: str, span: Period) -> Label:
    whole = Period(0, span.end + DAY_US)
    return Label(
        kind=Kind.SET_CLIPS,
        subjects=(device,),
        period=whole,
        must=frozenset(),
        may=frozenset({"clipping"}),
        strength=1.7,
    )


_SILENT: Final = frozenset({"gateway_down"})
_NOTHING: Final = frozenset[str]()


def _on_gateways(layout: Layout, chance: np.random.Generator, span: Period) -> Iterator[Label]:
    gateways = [gateway.id for gateway in layout.registry.gateways()]
    days = (span.end - span.start) // DAY_US
    for slot in _slots(chance, span, max(days // 10, 1), 0.5):
        victim = str(chance.choice(gateways))
        yield _gateway_label(Kind.GATEWAY_DEAD, [victim], slot, chance, (0.1, 0.4))
    for slot in _slots(chance, span, days // 25, 1.2):
        south = [gateway for gateway in gateways if layout.cards[gateway][-1] in "02468"]
        yield _gateway_label(Kind.NETWORK_LOST, south[:3], slot, chance, (0.1, 0.6))
    for slot in _slots(chance, span, days // 40, 0.3):
        yield Label(
            kind=Kind.OURS_DOWN,
            subjects=tuple(gateways),
            period=Period(slot, slot + round(chance.uniform(0.05, 0.2) * DAY_US)),
            must=_NOTHING,
            may=_NOTHING,
        )
    for slot in _slots(chance, span, days // 40, 1.5):
        yield Label(
            kind=Kind.CLOCK_WRONG,
            subjects=(str(chance.choice(gateways)),),
            period=Period(slot, slot + DAY_US),
            must=_NOTHING,
            may=_NOTHING,
            strength=3.0,
        )


def _gateway_label(
    kind: Kind,
    gateways: Sequence[str],
    start: int,
    chance: np.random.Generator,
    days: tuple[float, float],
) -> Label:
    return Label(
        kind=kind,
        subjects=tuple(gateways),
        period=Period(start, start + round(chance.uniform(*days) * DAY_US)),
        must=_SILENT,
        may=_NOTHING,
    )


def _on_the_zone(layout: Layout, chance: np.random.Generator, span: Period) -> Iterator[Label]:
    days = (span.end - span.start) // DAY_US
    sets = [device.id for device in layout.of(SET)]
    for slot in _slots(chance, span, days // 30, 6):
        yield _zone_label(Kind.CLOUDY_WEEK, (), slot, chance.uniform(4, 6), 0.2)
    for slot in _slots(chance, span, days // 15, 0.5):
        at = slot - (slot - span.start) % DAY_US + 9 * HOUR_US
        yield _zone_label(Kind.GRID_OUTAGE, sets, at, chance.uniform(0.05, 0.25))
    for slot in _slots(chance, span, days // 20, 0.5):
        at = slot - (slot - span.start) % DAY_US + 10 * HOUR_US
        yield _zone_label(Kind.FEEDER_OUTAGE, sets[::3], at, chance.uniform(0.05, 0.2))
    for slot in _slots(chance, span, days // 30, 3):
        yield _zone_label(Kind.SMOKE, (), slot, chance.uniform(1, 2.5), 5.0)
    for slot in _slots(chance, span, days // 30, 1):
        at = slot - (slot - span.start) % DAY_US + 14 * HOUR_US
        storm = _zone_label(Kind.STORM, sets, at, chance.uniform(0.1, 0.25), 0.1)
        yield storm
        lamps = [d for d in layout.registry.gateways() if d.id in ("kh-gw-0", "kh-gw-1")]
        for gateway in lamps:
            yield Label(
                kind=Kind.GATEWAY_DEAD,
                subjects=(gateway.id,),
                period=storm.period,
                must=_SILENT,
                may=_NOTHING,
            )


def _zone_label(
    kind: Kind, subjects: Sequence[str], start: int, days: float, strength: float = 1.0
) -> Label:
    may = frozenset({"limit_exceeded"}) if kind is Kind.SMOKE else _NOTHING
    return Label(
        kind=kind,
        subjects=tuple(subjects),
        period=Period(start, start + round(days * DAY_US)),
        must=_NOTHING,
        may=may,
        strength=strength,
    )


def _slots(chance: np.random.Generator, span: Period, count: int, days: float) -> list[int]:
    """Draw instants that are far enough from each other and from the end."""
    if count <= 0:
        return []
    width = (span.end - span.start) / count
    room = width - (days + 0.2) * DAY_US
    return [
        round(span.start + number * width + chance.uniform(0, max(room, 0)))
        for number in range(count)
        if room > 0
    ]
