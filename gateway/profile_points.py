"""The points of a profile file: each in its place, in the catalog's unit, each metric once."""

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.fields import Table
from gateway.profile import Encoding, Layout, Point, SunSpecModel, SunSpecScan
from ingest.contract.catalog import metric
from ingest.contract.metric import DeviceClass

_HIGHEST_ADDRESS: Final = 0xFFFF
_HIGHEST_BIT: Final = 15
_MOST_DECIMALS: Final = 9
_HIGHEST_SENTINEL: Final = (1 << 64) - 1
_ABSENT: Final = -1
# What stands where a device does not implement a point: SunSpec Device Information Model, by type.
UNIMPLEMENTED: Final[Mapping[Encoding, int]] = {
    Encoding.UINT16: 0xFFFF,
    Encoding.INT16: 0x8000,
    Encoding.UINT32: 0xFFFF_FFFF,
    Encoding.INT32: 0x8000_0000,
    Encoding.UINT64: 0xFFFF_FFFF_FFFF_FFFF,
}


def read_points(
    table: Table, layout: Layout, device_classes: Sequence[DeviceClass]
) -> tuple[Point, ...]:
    """Take the points of a profile, or raise ConfigError."""
    points: dict[str, Point] = {}
    for each in table.tables("point"):
        name = read_metric(each, device_classes)
        if name in points:
            raise each.error("metric", f"each metric once, {name} is there twice")
        points[name] = _point(each, name, layout)
        gate = points[name].zero_unless
        if gate is not None and gate not in points:
            raise each.error("zero_unless", "the metric of a point above")
        each.nothing_else()
    return tuple(points.values())


def read_metric(table: Table, device_classes: Sequence[DeviceClass]) -> str:
    """Take a metric that all device classes have, in its unit."""
    name, unit = table.text("metric"), table.text("unit")
    for device_class in device_classes:
        known = metric(device_class, name)
        if known is None:
            raise table.error("metric", f"a metric of a {device_class}, not {name}")
        if known.unit != unit:
            raise table.error("unit", f"{known.unit}, which {name} has in the catalog")
    return name


def _point(table: Table, name: str, layout: Layout) -> Point:
    encoding = read_encoding(table)
    if encoding is Encoding.COMPOSED:
        note = table.text("note", default="")
        return Point(metric=name, place=0, encoding=encoding, note=note)
    in_model = isinstance(layout, SunSpecModel)
    place_key = "offset" if in_model else "address"
    point = Point(
        metric=name,
        place=table.whole(place_key, 0, _HIGHEST_ADDRESS),
        encoding=encoding,
        decimals=table.whole("decimals", -_MOST_DECIMALS, _MOST_DECIMALS, default=0),
        subtract=table.whole("subtract", -_HIGHEST_ADDRESS, _HIGHEST_ADDRESS, default=0),
        high_word=None if in_model else _optional(table, "high_word", _HIGHEST_ADDRESS),
        add=tuple(table.wholes("add", 0, _HIGHEST_ADDRESS)),
        bits=read_bits(table, encoding),
        scale_factor=_optional(table, "scale_factor", _HIGHEST_ADDRESS) if in_model else None,
        sentinel=_sentinel(table, encoding, in_model=in_model),
        zero_unless=table.text("zero_unless", default="") or None,
        note=table.text("note", default=""),
    )
    registers = encoding.registers if point.high_word is None else 1
    if not within(layout, point.place, registers):
        raise table.error(place_key, f"{registers} registers of one segment or the model")
    if not all(within(layout, place, registers) for place in point.add):
        raise table.error("add", "registers of segments")
    if point.high_word is not None and not within(layout, point.high_word, 1):
        raise table.error("high_word", "a register of a segment")
    if point.scale_factor is not None and not within(layout, point.scale_factor, 1):
        raise table.error("scale_factor", "a register of the model")
    return point


def read_encoding(table: Table) -> Encoding:
    """Take how registers carry a number."""
    try:
        return Encoding(table.text("type"))
    except ValueError:
        raise table.error("type", f"one of {', '.join(Encoding)}") from None


def read_bits(table: Table, encoding: Encoding) -> tuple[int, int] | None:
    """Take the bits of a register that are meant, None where all are."""
    low = _optional(table, "lowest_bit", _HIGHEST_BIT)
    high = _optional(table, "highest_bit", _HIGHEST_BIT)
    if low is None and high is None:
        if encoding is Encoding.SIGN_MAGNITUDE:
            raise table.error("lowest_bit", "the bits of a sign and its number")
        return None
    if low is None or high is None or low > high:
        raise table.error("highest_bit", "both lowest_bit and highest_bit, in this order")
    if encoding not in (Encoding.UINT16, Encoding.SIGN_MAGNITUDE):
        raise table.error("type", "uint16 or sign_magnitude where bits are named")
    return low, high


def _sentinel(table: Table, encoding: Encoding, *, in_model: bool) -> int | None:
    if encoding in (Encoding.ACC16, Encoding.ACC32, Encoding.ACC64):
        return 0
    named = _optional(table, "sentinel", _HIGHEST_SENTINEL)
    return UNIMPLEMENTED.get(encoding) if named is None and in_model else named


def _optional(table: Table, key: str, high: int) -> int | None:
    value = table.whole(key, _ABSENT, high, default=_ABSENT)
    return None if value == _ABSENT else value


def within(layout: Layout, place: int, registers: int) -> bool:
    """Tell whether registers from a place on are all of one segment, or of the model."""
    if isinstance(layout, SunSpecModel):
        return place + registers <= layout.count
    if isinstance(layout, SunSpecScan):
        return False
    last = place + registers - 1
    return any(segment.first <= place and last <= segment.last for segment in layout)
