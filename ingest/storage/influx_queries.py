"""The InfluxQL of the InfluxDB store, and what its answers hold.

Names of measurements and fields come from the metric catalogue alone; a device's name has no
character that a text in InfluxQL would have to escape.
"""

# ruff: noqa: S608

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import orjson

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.contract.quality import Quality
from ingest.storage.block import Block, Indices, Instants, Reading, Values, empty
from ingest.storage.columns import trimmed
from ingest.storage.influx_lines import columns_of, decoded

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
    device_class: DeviceClass, metrics: Sequence[str], devices: Iterable[DeviceId], period: Period
) -> str:
    """Select what the devices measured in the period, a series for each of them."""
    start, end = (min(max(edge, _FIRST_US), _BEYOND_US) for edge in (period.start, period.end))
    fields = ", ".join(f'"{field}"' for field in columns_of(metrics))
    return (
        f'SELECT {fields} FROM "{device_class}" WHERE time >= {start}u AND time < {end}u'
        f" AND ({_any_of(devices)}) GROUP BY device"
    )


def latest(
    device_class: DeviceClass, metrics: Sequence[str], devices: Collection[DeviceId]
) -> str:
    """Select the newest of each field, a statement for each: beside others `last` has no time."""
    return "; ".join(
        f'SELECT last("{field}") FROM "{device_class}" WHERE {_any_of(devices)} GROUP BY device'
        for field in columns_of(metrics)
    )


def _any_of(devices: Iterable[DeviceId]) -> str:
    return " OR ".join(f"device = '{device}'" for device in devices)


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


def block_of(
    device_class: DeviceClass, metrics: Sequence[str], pieces: Iterable[Piece]
) -> Block:
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
    fields = np.concatenate([piece.fields for piece in held]).T
    columns = {
        name: decoded(fields[2 * index], fields[2 * index + 1])
        for index, name in enumerate(metrics)
    }
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


def readings_of(metrics: Sequence[str], lasts: Iterable[Last]) -> list[Reading]:
    """Return the newest readings, ordered by both names.

    Of a metric's two fields the newer one decides: it stands alone, or beside the other.
    """
    newest: dict[tuple[DeviceId, str], tuple[int, float, float]] = {}
    for last in lasts:
        place, is_code = divmod(last.statement, 2)
        key = last.device, metrics[place]
        found = newest.get(key, (last.measured_at, np.nan, np.nan))
        if last.measured_at >= found[0]:
            value, code = found[1:] if last.measured_at == found[0] else (np.nan, np.nan)
            pair = (value, last.value) if is_code else (last.value, code)
            newest[key] = (last.measured_at, *pair)
    return [_reading(*key, *newest[key]) for key in sorted(newest)]


def _reading(
    device: DeviceId, metric: str, measured_at: int, value: float, code: float
) -> Reading:
    (read,), (flag,) = decoded(np.array([value]), np.array([code]))
    return Reading(
        device=device,
        metric=metric,
        measured_at=measured_at,
        value=None if np.isnan(read) else float(read),
        quality=Quality(int(flag)),
    )
