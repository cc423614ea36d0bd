"""How a vendor's cloud is asked, and what its answers mean: data, in a file of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from gateway.fields import Table, read_toml
from ingest.contract.catalog import METRICS
from ingest.contract.mapping import FieldMapping, MappedField, TimeFormat
from ingest.contract.period import micros, rfc3339

_METRICS: Final = {metric.name for metrics in METRICS.values() for metric in metrics}
_MOST_PAGES: Final = 10_000


class Paging(StrEnum):
    """How a cloud divides a long answer."""

    NONE = "none"
    PAGE = "page"  # pages have numbers; one without items is behind the last
    CURSOR = "cursor"  # an answer says where the next one begins


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudMapping:
    """What one vendor's interface is like."""

    id: str
    source: str
    items: tuple[str, ...]  # keys to the rows of an answer
    device: tuple[str, ...]  # keys in a row to what the vendor calls the device
    said: FieldMapping
    paging: Paging
    page_parameter: str
    first_page: int
    next_cursor: tuple[str, ...]
    most_pages: int
    from_parameter: str
    to_parameter: str
    window_format: TimeFormat
    token_header: str
    token_prefix: str

    def window(self, start: datetime, end: datetime) -> dict[str, str]:
        """Return the parameters that ask for a span of time."""
        return {
            self.from_parameter: self._written(start),
            self.to_parameter: self._written(end),
        }

    def _written(self, moment: datetime) -> str:
        if self.window_format is TimeFormat.RFC3339:
            return rfc3339(moment)
        divisor = 1_000 if self.window_format is TimeFormat.UNIX_MS else 1_000_000
        return str(micros(moment) // divisor)


def load_cloud_mapping(path: Path) -> CloudMapping:
    """Read a mapping, or raise ConfigError, which names file and field."""
    table = Table(path, "", read_toml(path))
    time, paging, window = table.table("time"), table.table("paging"), table.table("window")
    request = table.table("request")
    kind = Paging(_choice(paging, "kind", [*Paging], default=Paging.NONE))
    mapping = CloudMapping(
        id=path.stem,
        source=table.text("source"),
        items=_path(table, "items"),
        device=_path(table, "device"),
        said=FieldMapping(
            id=path.stem,
            time=_path(time, "field"),
            time_format=_format(time),
            values=tuple(map(_value, table.tables("value"))),
        ),
        paging=kind,
        page_parameter="" if kind is Paging.NONE else paging.text("parameter"),
        first_page=paging.whole("first", 0, 1, default=1),
        next_cursor=_path(paging, "next") if kind is Paging.CURSOR else (),
        most_pages=paging.whole("most_pages", 1, _MOST_PAGES, default=100),
        from_parameter=window.text("from"),
        to_parameter=window.text("to"),
        window_format=_format(window),
        token_header=request.text("token_header", default="Authorization"),
        token_prefix=request.text("token_prefix", default="Bearer "),
    )
    for each in (time, paging, window, request, table):
        each.nothing_else()
    return mapping


def _value(table: Table) -> MappedField:
    metric = table.text("metric")
    if metric not in _METRICS:
        raise table.error("metric", "a metric of the catalog")
    field = MappedField(
        path=_path(table, "field"),
        metric=metric,
        scale=table.number("scale", -1e12, 1e12, default=1.0),
        offset=table.number("offset", -1e12, 1e12, default=0.0),
    )
    table.nothing_else()
    return field


def _path(table: Table, key: str) -> tuple[str, ...]:
    path = tuple(table.text(key).split("."))
    if not all(path):
        raise table.error(key, "keys with dots between them")
    return path


def _format(table: Table) -> TimeFormat:
    return TimeFormat(_choice(table, "format", [*TimeFormat]))


def _choice(table: Table, key: str, known: list[str], *, default: str | None = None) -> str:
    text = table.text(key, default=default)
    if text not in known:
        raise table.error(key, f"one of {', '.join(known)}")
    return text


def at(body: object, path: tuple[str, ...]) -> object:
    """Return what lies at a path of keys, None where nothing does."""
    for key in path:
        if not isinstance(body, Mapping):
            return None
        body = body.get(key)
    return body
