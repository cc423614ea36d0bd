"""Placing causes in time and on devices: each device has one at most."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ingest.contract.metric import DeviceClass
from ingest.contract.period import DAY_US, HOUR_US, Period
from ingest.registry.model import Device
from simulators.faults.labels import Kind, Label
from simulators.faults.layout import Layout
from simulators.world.noise import generator

_LAMP, _SET, _STATION = (
    DeviceClass.STREETLIGHT,
    DeviceClass.SCHOOL_PV,
    DeviceClass.AIR_STATION,
)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How often something happens to a class in 60 days, for how long, and who must find it."""

    kind: Kind
    device_class: DeviceClass
    times: float  # in 60 days, of the usual size
    days: tuple[float, float]  # how long it lasts
    must: tuple[str, ...]
    may: tuple[str, ...] = ()
    strength: tuple[float, float] = (1.0, 1.0)
    first_hours: tuple[float, float] = (0.0, 24.0)  # of the local day that it begins at


_ALL_LAMP: Final = ("early_shut_off", "battery_ageing", "dust_or_shading", "fault_word")
_PLANS: Final = (
    _Plan(Kind.LAMP_OUT, _LAMP, 9, (2, 6), ("lamp_out",), ("fault_word",)),
    _Plan(Kind.BURNS_BY_DAY, _LAMP, 6, (2, 5), ("day_burner",), _ALL_LAMP),
    _Plan(Kind.PANEL_STOLEN, _LAMP, 6, (4, 9), ("not_charging",), _ALL_LAMP),
    _Plan(
        Kind.PANEL_DUSTY, _LAMP, 6, (14, 20), ("dust_or_shading",), _ALL_LAMP, strength=(0.5, 0.75)
    ),
    _Plan(
        Kind.BATTERY_WORN, _LAMP, 6, (24, 34), ("battery_ageing",), _ALL_LAMP, strength=(0.25, 0.55)
    ),
    _Plan(
        Kind.BATTERY_FAILS, _LAMP, 6, (2, 2), ("early_shut_off",), _ALL_LAMP, (0.1, 0.25), (12, 12)
    ),
    _Plan(Kind.LAMP_WORD, _LAMP, 6, (1, 4), ("fault_word",), (), (5, 5)),
    _Plan(Kind.RADIO_SILENT, _LAMP, 6, (0.1, 0.8), ("device_silent",)),
    _Plan(Kind.LAMP_GONE, _LAMP, 6, (4, 9), ("device_silent", "presumed_down"), _ALL_LAMP),
    _Plan(Kind.METER_REPLACED, _LAMP, 4, (1, 1), ()),
    _Plan(Kind.COUNTER_JUMPS, _LAMP, 4, (0.1, 0.1), ("counter_implausible",), (), (50, 5_000)),
    _Plan(Kind.SET_DEAD, _SET, 5, (1.2, 4), ("zero_output",), ("underperformance", "string_low")),
    _Plan(Kind.STRING_OUT, _SET, 4, (14, 20), ("string_low",), ("underperformance",), (0.45, 0.7)),
    _Plan(Kind.SET_DIRTY, _SET, 4, (20, 26), ("soiling",), ("underperformance",), (0.015, 0.025)),
    _Plan(Kind.SET_DERATES, _SET, 4, (12, 18), ("underperformance",), ("string_low",), (0.55, 0.7)),
    _Plan(Kind.SET_WORD, _SET, 3, (1, 3), ("fault_word",), (), (7, 7)),
    _Plan(Kind.SET_JUMPS, _SET, 3, (0.1, 0.1), ("counter_implausible",), (), (500, 5_000), (7, 15)),
    _Plan(Kind.STUCK, _STATION, 3, (0.6, 1.2), ("stuck",)),
    _Plan(Kind.CONTRADICTS, _STATION, 2, (1, 2), ("cross_check",), ("limit_exceeded",), (2.5, 4)),
    _Plan(Kind.OUT_OF_RANGE, _STATION, 2, (0.4, 1.2), ("range",), (), (-60, -20)),
    _Plan(Kind.DRIFTS, _STATION, 1, (40, 45), ("drift",), ("limit_exceeded",), (1.5, 1.9)),
    _Plan(Kind.CALIBRATES, _STATION, 1, (12, 20), ("calibration",), ("limit_exceeded",)),
)
_USUAL_DAYS: Final = 60
_FOUND_WITHIN: Final = 3.0  # days, by any rule that does not take weeks


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
    for device_class in (_LAMP, _SET, _STATION):
        left = [device.id for device in layout.of(device_class)]
        chance.shuffle(left)
        if device_class is _SET and left:
            yield _clipping(left.pop(), span)
        for plan in (each for each in _PLANS if each.device_class is device_class):
            room = (span.end - span.start) / DAY_US - _least_days(plan) - 0.5
            if room <= 0 or (_least_days(plan) > _FOUND_WITHIN and not whole):
                continue
            scale = min((span.end - span.start) / DAY_US / _USUAL_DAYS, 1.0)
            for _ in range(math.ceil(plan.times * scale)):
                if left:
                    yield _label(plan, left.pop(), chance, span, room)


def _least_days(plan: _Plan) -> float:
    """Return how long a cause has to last until its rules must have found it."""
    by_rule = {
        "battery_ageing": 16.0,
        "dust_or_shading": 12.0,
        "drift": 26.0,
        "soiling": 18.0,
        "string_low": 8.0,
        "underperformance": 8.0,
        "calibration": 8.0,
    }
    usual = min(plan.days[1], _FOUND_WITHIN)
    return max((by_rule.get(rule, usual) for rule in plan.must), default=usual)


def _label(
    plan: _Plan, device: str, chance: np.random.Generator, span: Period, room: float
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
    sets = [device.id for device in layout.of(_SET)]
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


def devices_behind(devices: Sequence[Device], gateways: Sequence[str]) -> list[int]:
    """Return the places of devices that some gateways serve."""
    return [place for place, device in enumerate(devices) if device.gateway in set(gateways)]
