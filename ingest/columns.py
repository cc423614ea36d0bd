"""Parts of many chunks side by side as one block a device class: work per column."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, groupby

import numpy as np

from ingest.checks import flag_implausible
from ingest.contract.catalog import metrics_of
from ingest.contract.chunk import Part
from ingest.contract.identity import DeviceId, GatewayId
from ingest.contract.metric import DeviceClass, Metric
from ingest.contract.period import HOUR_US
from ingest.contract.quality import Quality
from ingest.storage.block import Block, Flags, Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A sound part with what the accounts need to know of it."""

    part: Part
    device_class: DeviceClass
    gateway: GatewayId
    days: tuple[date, ...]  # of entry, one a row
    numbered: bool = True  # False: counted beside the equation of the account
    counted: bool = True  # False: written again, and already in the account


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What arrived for one hour of one device from one gateway's day of entry."""

    device_class: DeviceClass
    device: DeviceId
    hour: int  # start, microseconds
    gateway: GatewayId
    day: date
    numbered: bool
    records: int
    readings: int


def lay_out(arrivals: Sequence[Arrival]) -> tuple[list[Block], list[Touched]]:
    """Return one block a device class, rows in order of arrival, and the hours they touch."""
    by_class: dict[DeviceClass, list[Arrival]] = {}
    for arrival in arrivals:
        by_class.setdefault(arrival.device_class, []).append(arrival)
    blocks = [_block(device_class, own) for device_class, own in by_class.items()]
    touched = [
        hour
        for block, own in zip(blocks, by_class.values(), strict=True)
        for hour in _touched(block, own)
    ]
    return blocks, touched


def _block(device_class: DeviceClass, arrivals: Sequence[Arrival]) -> Block:
    parts = [arrival.part for arrival in arrivals]
    lengths = [len(part.number) for part in parts]
    starts = np.cumsum([0, *lengths])
    names = sorted({part.device for part in parts})
    place = {name: index for index, name in enumerate(names)}
    times = np.fromiter(
        chain.from_iterable(part.measured_at for part in parts), np.int64, int(starts[-1])
    )
    known = metrics_of(device_class)
    used = sorted({name for part in parts for name in (*part.values, *part.quality)} & set(known))
    values = {name: _values(name, parts) for name in used}
    doubted = [
        (start, part) for start, part in zip(starts.tolist(), parts, strict=False) if part.quality
    ]
    return Block(
        device_class=device_class,
        names=names,
        devices=np.repeat(np.array([place[part.device] for part in parts], np.int32), lengths),
        measured_at=times * 1_000,
        values=values,
        flags={name: _flags(known[name], values[name], doubted) for name in used},
    )


def _values(name: str, parts: Iterable[Part]) -> Values:
    told: list[float | None] = []
    for part in parts:
        told += part.values.get(name) or [None] * len(part.number)
    return np.array(told, np.float64)


def _flags(metric: Metric, values: Values, doubted: Sequence[tuple[int, Part]]) -> Flags:
    """Flag what is there: good, bad where implausible, or worse where the gateway says so.

    `doubted` are the parts of which it says so, each with the row it starts at.
    """
    there = ~np.isnan(values)
    flags = there.astype(np.int8)
    flag_implausible(metric, values, flags)
    for start, part in doubted:
        for row, said in part.quality.get(metric.name, ()):
            place = start + row
            if not there[place] or said == Quality.MISSING:
                flags[place], values[place] = Quality.MISSING, np.nan
            else:
                flags[place] = Quality.worst([Quality(said), Quality(int(flags[place]))])
    return flags


def _touched(block: Block, arrivals: Sequence[Arrival]) -> list[Touched]:
    origins: dict[tuple[GatewayId, date, bool], int] = {}
    runs = [
        (
            origins.setdefault((arrival.gateway, day, arrival.numbered), len(origins)),
            len(list(rows)),
        )
        for arrival in arrivals
        for day, rows in groupby(arrival.days)
    ]
    origin = np.repeat(*np.array(runs, np.int64).T)
    hours, hour = np.unique(block.measured_at // HOUR_US, return_inverse=True)
    shape = (len(block.names), len(hours), len(origins))
    keys = np.ravel_multi_index((block.devices, hour, origin), shape)
    found, place = np.unique(keys, return_inverse=True)
    counted = np.repeat(
        np.array([one.counted for one in arrivals], np.int64), [len(one.days) for one in arrivals]
    )
    said = sum((flags != 0 for flags in block.flags.values()), np.zeros(len(block), np.int64))
    records = np.bincount(place, weights=counted)
    readings = np.bincount(place, weights=said * counted)
    from_whom = list(origins)
    return [
        Touched(
            device_class=block.device_class,
            device=block.names[device],
            hour=int(hours[at]) * HOUR_US,
            gateway=from_whom[source][0],
            day=from_whom[source][1],
            numbered=from_whom[source][2],
            records=int(count),
            readings=int(spoken),
        )
        for device, at, source, count, spoken in zip(
            *(index.tolist() for index in np.unravel_index(found, shape)),
            records.tolist(),
            readings.tolist(),
            strict=True,
        )
    ]


def unknown_metrics(device_class: DeviceClass, part: Part) -> set[str]:
    """Return what a part speaks of that its device class does not have."""
    return {*part.values, *part.quality} - metrics_of(device_class).keys()


def silent_rows(device_class: DeviceClass, part: Part) -> list[int]:
    """Return the rows that say nothing of any metric the class has."""
    known = metrics_of(device_class)
    columns = [column for name, column in part.values.items() if name in known]
    flagged = {row for name, pairs in part.quality.items() if name in known for row, _ in pairs}
    return [
        row
        for row in range(len(part.number))
        if row not in flagged and all(column[row] is None for column in columns)
    ]
