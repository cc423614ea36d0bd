"""Reading codecs: TOML files, checked against the catalog.

They lie in the folder beside this module, and in an installation's own.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from ingest.chirpstack.codec import Codec, FixedField, FixedPayload, Number, Order, Tagged
from ingest.contract import fields
from ingest.contract.catalog import METRICS
from ingest.contract.fields import MalformedError
from ingest.mapping_files import read_field

CODECS: Final = Path(__file__).with_name("codecs")
_UNITS: Final = {metric.name: metric.unit for metrics in METRICS.values() for metric in metrics}
_SIZES: Final[Mapping[str, tuple[int, bool]]] = {
    "uint8": (1, False),
    "int8": (1, True),
    "uint16": (2, False),
    "int16": (2, True),
    "uint24": (3, False),
    "int24": (3, True),
    "uint32": (4, False),
    "int32": (4, True),
}
_NUMBER_KEYS: Final = {"type", "order", "mask", "multiply", "divide", "offset", "sentinel"}
_TIME_SIZE: Final = 4
_MOST: Final = 255


class CodecError(ValueError):
    """A codec file that cannot be used: which, and what was expected in it."""

    def __init__(self, path: Path, expected: str) -> None:
        super().__init__(f"{path}: {expected}")
        self.path = path


@cache
def shipped_codecs() -> Mapping[str, Codec]:
    """Return the codecs that are shipped, by id."""
    return {path.stem: load_codec(path) for path in sorted(CODECS.glob("*.toml"))}


def load_codecs(folder: Path) -> dict[str, Codec]:
    """Return the codecs that are shipped, and those in a further folder, by id.

    Raises:
        CodecError: A file is not one, or two have one id.
    """
    found = dict(shipped_codecs())
    for path in sorted(folder.glob("*.toml")):
        if path.stem in found:
            raise CodecError(path, f"there is a codec {path.stem} already")
        found[path.stem] = load_codec(path)
    return found


def load_codec(path: Path) -> Codec:
    """Read one codec, or raise CodecError."""
    try:
        return _codec(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CodecError(path, f"expected a readable TOML file: {error}") from None
    except MalformedError as error:
        raise CodecError(path, str(error)) from None


def _codec(name: str, body: Mapping[str, object]) -> Codec:
    _only(body, {"id", "source", "payload", "tagged", "object"}, "")
    if fields.name(body.get("id"), "id") != name:
        raise MalformedError("id", f"the file's name, {name}")
    codec = Codec(
        id=name,
        source=fields.text(body.get("source"), "source"),
        fixed=tuple(
            _payload(fields.mapping(each, f"payload[{place}]"), f"payload[{place}].")
            for place, each in enumerate(fields.sequence(body.get("payload", []), "payload"))
        ),
        tagged=tuple(
            _tag(fields.mapping(each, f"tagged[{place}]"), f"tagged[{place}].")
            for place, each in enumerate(fields.sequence(body.get("tagged", []), "tagged"))
        ),
        named=tuple(
            read_field(each, f"object[{place}].")
            for place, each in enumerate(fields.sequence(body.get("object", []), "object"))
        ),
    )
    if sum(map(bool, (codec.fixed, codec.tagged, codec.named))) != 1:
        raise MalformedError("payload", "[[payload]], [[tagged]] or [[object]], one of them")
    return codec


def _payload(body: Mapping[str, object], where: str) -> FixedPayload:
    _only(body, {"port", "field", "time_at", "time_order"}, where)
    told = [
        _field(fields.mapping(each, f"{where}field[{place}]"), f"{where}field[{place}].")
        for place, each in enumerate(fields.sequence(body.get("field"), f"{where}field"))
    ]
    time_at = body.get("time_at")
    at = None if time_at is None else _whole(time_at, 0, _MOST, f"{where}time_at")
    ends = [each.at + each.number.size for each in told]
    return FixedPayload(
        port=_whole(body.get("port"), 0, _MOST, f"{where}port"),
        least=max([*ends, 0 if at is None else at + _TIME_SIZE]),
        fields=tuple(told),
        time_at=at,
        time_order=_order(body.get("time_order", "big"), f"{where}time_order"),
    )


def _field(body: Mapping[str, object], where: str) -> FixedField:
    _only(body, {"metric", "at", *_NUMBER_KEYS}, where)
    metric = _metric(body.get("metric"), f"{where}metric")
    return FixedField(
        metric=metric,
        unit=_UNITS[metric],
        at=_whole(body.get("at"), 0, _MOST, f"{where}at"),
        number=_number(body, where),
    )


def _tag(body: Mapping[str, object], where: str) -> Tagged:
    _only(body, {"metric", "tag", "channel", "size", *_NUMBER_KEYS}, where)
    named, channel = body.get("metric"), body.get("channel")
    metric = None if named is None else _metric(named, f"{where}metric")
    skipped = Number(size=_whole(body.get("size", 1), 1, _MOST, f"{where}size"))
    return Tagged(
        type=_whole(body.get("tag"), 0, _MOST, f"{where}tag"),
        channel=None if channel is None else _whole(channel, 0, _MOST, f"{where}channel"),
        number=skipped if metric is None else _number(body, where),
        metric=metric,
        unit="" if metric is None else _UNITS[metric],
    )


def _number(body: Mapping[str, object], where: str) -> Number:
    kind = fields.text(body.get("type"), f"{where}type")
    if kind not in _SIZES:
        raise MalformedError(f"{where}type", f"one of {', '.join(_SIZES)}")
    size, signed = _SIZES[kind]
    highest = (1 << 8 * size) - 1
    mask = body.get("mask")
    bits = None if mask is None else _whole(mask, 1, highest, f"{where}mask")
    sentinel = body.get("sentinel")
    return Number(
        size=size,
        signed=signed,
        order=_order(body.get("order", "big"), f"{where}order"),
        mask=bits,
        shift=0 if bits is None else (bits & -bits).bit_length() - 1,
        multiply=_whole(body.get("multiply", 1), 1, 1_000_000, f"{where}multiply"),
        divide=_whole(body.get("divide", 1), 1, 1_000_000_000, f"{where}divide"),
        offset=fields.number(body.get("offset", 0), f"{where}offset"),
        sentinel=None if sentinel is None else _whole(sentinel, 0, highest, f"{where}sentinel"),
    )


def _metric(value: object, where: str) -> str:
    name = fields.text(value, where)
    if name not in _UNITS:
        raise MalformedError(where, "a metric of the catalog")
    return name


def _order(value: object, where: str) -> Order:
    if value == "big":
        return "big"
    if value == "little":
        return "little"
    raise MalformedError(where, "big or little")


def _whole(value: object, low: int, high: int, where: str) -> int:
    number = fields.count(value, where)
    if not low <= number <= high:
        raise MalformedError(where, f"a whole number from {low} to {high}")
    return number


def _only(body: Mapping[str, object], known: set[str], where: str) -> None:
    if unknown := sorted(body.keys() - known):
        raise MalformedError(f"{where}{unknown[0]}", f"one of {', '.join(sorted(known))}")
