"""Reading mappings: TOML files in the folder beside this module, and in an installation's own.

id, source; [time] with field and format; then fields by name, or an object of metrics, or both:

    metrics_in = "values"
    [[value]]
    field = "meter.watts"        # keys from the outermost object inwards
    metric = "load_power"
    scale = 1.0                  # metric = value * scale + offset, in the metric's unit
    offset = 0.0
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Final, cast

from ingest.contract import fields
from ingest.contract.catalog import METRICS
from ingest.contract.fields import MalformedError
from ingest.contract.mapping import FieldMapping, MappedField, TimeFormat

Mappings = Mapping[str, FieldMapping]

SHIPPED: Final = Path(__file__).parent / "mappings"
_KEYS: Final = {"id", "source", "time", "value", "metrics_in"}
_METRICS: Final = {metric.name for metrics in METRICS.values() for metric in metrics}


class MappingError(ValueError):
    """A mapping file that cannot be used: which, and what was expected in it."""

    def __init__(self, path: Path, expected: str) -> None:
        super().__init__(f"{path}: {expected}")
        self.path = path


def load_mappings(*folders: Path) -> dict[str, FieldMapping]:
    """Return the mappings that are shipped, and those in further folders, by id.

    Raises:
        MappingError: A file is not one, or two have one id.
    """
    found = dict(shipped_mappings())
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            if path.stem in found:
                raise MappingError(path, f"there is a mapping {path.stem} already")
            found[path.stem] = load_mapping(path)
    return found


@cache
def shipped_mappings() -> Mappings:
    """Return the mappings that are shipped."""
    return {path.stem: load_mapping(path) for path in sorted(SHIPPED.glob("*.toml"))}


def load_mapping(path: Path) -> FieldMapping:
    """Read one mapping, or raise MappingError."""
    try:
        return _mapping(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise MappingError(path, f"expected a readable TOML file: {error}") from None
    except MalformedError as error:
        raise MappingError(path, str(error)) from None


def _mapping(name: str, body: Mapping[str, object]) -> FieldMapping:
    only(body, _KEYS, "")
    if fields.name(body.get("id"), "id") != name:
        raise MalformedError("id", f"the file's name, {name}")
    fields.text(body.get("source"), "source")
    time = fields.mapping(body.get("time"), "time")
    only(time, {"field", "format"}, "time.")
    metrics_in = body.get("metrics_in")
    values = fields.sequence(body.get("value", []), "value")
    if not values and metrics_in is None:
        raise MalformedError("value", "at least one [[value]], or metrics_in")
    return FieldMapping(
        id=name,
        time=_path(time.get("field"), "time.field"),
        time_format=_format(time.get("format")),
        values=tuple(read_field(one, f"value[{place}].") for place, one in enumerate(values)),
        metrics_in=None if metrics_in is None else _path(metrics_in, "metrics_in"),
    )


def read_field(value: object, where: str) -> MappedField:
    """Read a place of a metric, or raise MalformedError, which tells where."""
    body = fields.mapping(value, where)
    only(body, {"field", "metric", "scale", "offset"}, where)
    metric, scale, offset = scaling(body, where)
    path = _path(body.get("field"), f"{where}field")
    return MappedField(path=path, metric=metric, scale=scale, offset=offset)


def scaling(body: Mapping[str, object], where: str) -> tuple[str, float, float]:
    """Read the metric of a mapped value, with scale and offset, or raise MalformedError."""
    metric = fields.text(body.get("metric"), f"{where}metric")
    if metric not in _METRICS:
        raise MalformedError(f"{where}metric", "a metric of the catalog")
    scale = fields.number(body.get("scale", 1.0), f"{where}scale")
    if scale == 0 or not isfinite(1 / scale):
        raise MalformedError(f"{where}scale", "a number other than 0")
    return metric, scale, fields.number(body.get("offset", 0.0), f"{where}offset")


def _path(value: object, where: str) -> tuple[str, ...]:
    path = tuple(fields.text(value, where).split("."))
    if not all(path):
        raise MalformedError(where, "keys with dots between them")
    return path


def _format(value: object) -> TimeFormat:
    if value not in list(TimeFormat):
        raise MalformedError("time.format", f"one of {', '.join(TimeFormat)}")
    return TimeFormat(cast("str", value))


def only(body: Mapping[str, object], known: set[str], where: str) -> None:
    """Make sure that there are no other keys, or raise MalformedError."""
    if unknown := sorted(body.keys() - known):
        raise MalformedError(f"{where}{unknown[0]}", f"one of {', '.join(sorted(known))}")
