"""The InfluxQL of the InfluxDB store, and what its answers hold.

Names of measurements and fields come from the metric catalogue alone; a device's name has no
character that a text in InfluxQL would have to escape.
"""

# ruff: noqa: S608

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.contract.quality import Quality
from ingest.storage.block import Block, Flags, Indices, Instants, Reading, Values, empty
from ingest.storage.columns import trimmed
from ingest.storage.influx_lines import decoded, flag_of, metric_of

Json = Any

_FIRST_US: Final = -9_223_372_036_854_774  # what the server can keep, in nanoseconds of 64 bits
_BEYOND_US: Final = 9_223_372_036_854_775


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some rows of one device, in order of time."""

    device: DeviceId
    measured_at: Instants
    fields: Values  # one column a field, NaN where there is none, shape (rows, fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """The newest value of one field of one device."""

    statement: int
    device: DeviceId
    measured_at: int
    value: float


def read(
    device_class: DeviceClass, fields: Sequence[str], devices: Iterable[DeviceId], period: Period
) -> str:
    """Select what the devices measured in the period, a series for each of them."""
    start, end = (min(max(edge, _FIRST_US), _BEYOND_US) for edge in (period.start, period.end))
    listed = ", ".join(f'"{field}"' for field in fields)
    return (
        f'SELECT {listed} FROM "{device_class}" WHERE time >= {start}u AND time < {end}u'
        f" AND {_one_of(devices)} GROUP BY device"
    )


def latest(device_class: DeviceClass, fields: Sequence[str], devices: Iterable[DeviceId]) -> str:
    """Select the newest of each field, a statement for each: beside others `last` has no time."""
    whose = _one_of(devices)
    return "; ".join(
        f'SELECT last("{field}") FROM "{device_class}" WHERE {whose} GROUP BY device'
        for field in fields
    )


def newest(device_class: DeviceClass, devices: Iterable[DeviceId]) -> str:
    """Select the newest row of each device."""
    return (
        f'SELECT * FROM "{device_class}" WHERE {_one_of(devices)}'
        " GROUP BY device ORDER BY time DESC LIMIT 1"
    )


def fields(device_class: DeviceClass) -> str:
    """Ask which fields were ever written."""
    return f'SHOW FIELD KEYS FROM "{device_class}"'


def _one_of(devices: Iterable[DeviceId]) -> str:
    """Name devices by one pattern, which is found several times faster than by many equations."""
    return f"device =~ /^({'|'.join(map(re.escape, devices))})$/"


def series_in(document: bytes) -> Iterator[tuple[int, Mapping[str, Json]]]:
    """Yield the series of an answer, each with the place of its statement.

    Raises:
        ValueError: The answer is no result, or says that a statement failed.
    """
    told = orjson.loads(_with_negative_zeros(document))
    for result in (told, *told.get("results", ())):
        if "error" in result:
            raise ValueError(result["error"])
    for result in told["results"]:
        for series in result.get("series", ()):
            yield result["statement_id"], series


def _with_negative_zeros(document: bytes) -> bytes:
    """Give the server's "-0" a form in which reading it as a number keeps its sign."""
    for end in (b",", b",", b"]"):  # two that are neighbors share a comma: hence twice
        document = document.replace(b",-0" + end, b",-0.0" + end)
    return document


def pieces_in(document: bytes) -> Iterator[Piece]:
    """Yield what a part of the answer to `read` holds."""
    for _, series in series_in(document):
        rows = series["values"]
        yield Piece(
            device=DeviceId(series["tags"]["device"]),
            measured_at=np.array([row[0] for row in rows], np.int64),
            fields=np.array(rows, np.float64)[:, 1:],
        )


def fields_in(document: bytes) -> Iterator[str]:
    """Yield the names in the answer to `fields`."""
    for _, series in series_in(document):
        yield from (name for name, _ in series["values"])


def newest_in(document: bytes) -> Iterator[tuple[DeviceId, int]]:
    """Yield what the answer to `newest` says of each device."""
    for _, series in series_in(document):
        yield DeviceId(series["tags"]["device"]), series["values"][0][0]


def lasts_in(document: bytes) -> Iterator[Last]:
    """Yield what the answer to `latest` holds."""
    for statement, series in series_in(document):
        ((measured_at, value),) = series["values"]
        yield Last(
            statement=statement,
            device=DeviceId(series["tags"]["device"]),
            measured_at=measured_at,
            value=value,
        )


def block_of(device_class: DeviceClass, fields: Sequence[str], pieces: Iterable[Piece]) -> Block:
    """Put pieces together that come in the order of devices and time."""
    held = list(pieces)
    if not held:
        return empty(device_class)
    names = sorted({piece.device for piece in held})
    place = {name: index for index, name in enumerate(names)}
    devices: Indices = np.repeat(
        np.array([place[piece.device] for piece in held], np.int32),
        [len(piece.measured_at) for piece in held],
    )
    columns = _columns(fields, np.concatenate([piece.fields for piece in held]))
    return trimmed(
        Block(
            device_class=device_class,
            names=names,
            devices=devices,
            measured_at=np.concatenate([piece.measured_at for piece in held]),
            values={name: values for name, (values, _) in columns.items()},
            flags={name: flags for name, (_, flags) in columns.items()},
        )
    )


def _columns(fields: Sequence[str], table: Values) -> dict[str, tuple[Values, Flags]]:
    """Return values and flags by metric; a field that was never written has no column."""
    columns = dict(zip(fields, table.T, strict=True))
    absent: Values = np.full(len(table), np.nan)
    return {
        metric: decoded(columns.get(metric, absent), columns.get(flag_of(metric), absent))
        for metric in dict.fromkeys(map(metric_of, fields))
    }


def readings_of(fields: Sequence[str], lasts: Iterable[Last]) -> list[Reading]:
    """Return the newest readings, ordered by both names.

    Of a metric's two fields the newer one decides: it stands alone, or beside the other.
    """
    newest: dict[tuple[DeviceId, str], tuple[int, float, float]] = {}
    for last in lasts:
        field = fields[last.statement]
        metric = metric_of(field)
        key = last.device, metric
        at, value, code = newest.get(key, (last.measured_at, np.nan, np.nan))
        if last.measured_at > at:
            value = code = np.nan
        if last.measured_at >= at:
            pair = (last.value, code) if field == metric else (value, last.value)
            newest[key] = (last.measured_at, *pair)
    return [_reading(key, newest[key]) for key in sorted(newest)]


def _reading(key: tuple[DeviceId, str], found: tuple[int, float, float]) -> Reading:
    device, metric = key
    measured_at, value, code = found
    (read,), (flag,) = decoded(np.array([value]), np.array([code]))
    return Reading(
        device=device,
        metric=metric,
        measured_at=measured_at,
        value=None if np.isnan(read) else float(read),
        quality=Quality(int(flag)),
    )
