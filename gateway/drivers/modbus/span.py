"""What a span of registers says, by a profile: for people who probe or read a capture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.drivers.modbus.decoder import value_of
from gateway.profile import Detail, Encoding, Point, Profile
from ingest.contract.catalog import metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that registers say."""

    place: int  # address of its first register
    name: str  # the metric's, or the detail's
    unit: str  # UCUM code, empty for a text
    value: float | str | None


def told(profile: Profile, function: int, first: int, registers: Sequence[int]) -> Iterator[Told]:
    """Yield what stands wholly among registers that a function read from an address on."""
    yield from _points(profile, function, first, registers)
    for detail in profile.details:
        place = detail.point.place
        if detail.function == function and _inside(place, detail.registers, first, registers):
            yield told_detail(detail, place, registers[place - first :], profile)


def told_of_day(profile: Profile, block: Sequence[int]) -> Iterator[Told]:
    """Yield what a block of the device's history says; one of zeros is no record and says nothing.

    Raises:
        ValueError: The profile has no such blocks, or of another length.
    """
    history = profile.history
    if history is None or len(block) != history.registers:
        raise ValueError(f"{profile.id}: no history in blocks of {len(block)} registers")
    if any(block):
        for detail in history.details:
            yield told_detail(detail, detail.point.place, block[detail.point.place :], profile)


def _points(
    profile: Profile, function: int, first: int, registers: Sequence[int]
) -> Iterator[Told]:
    if not isinstance(profile.layout, tuple):
        return
    functions = {place: s.function for s in profile.layout for place in range(s.first, s.last + 1)}
    values: dict[str, float | None] = {}
    for point in profile.points:
        if point.encoding is Encoding.COMPOSED or point.high_word is not None:
            continue
        size = point.encoding.registers
        if functions[point.place] != function or not _inside(point.place, size, first, registers):
            continue
        values[point.metric] = value_of(point, point.place - first, profile.word_order)(registers)
        if point.zero_unless and values.get(point.zero_unless) == 0:
            values[point.metric] = 0.0
        yield Told(
            place=point.place,
            name=point.metric,
            unit=_unit(profile, point),
            value=values[point.metric],
        )


def _inside(place: int, size: int, first: int, registers: Sequence[int]) -> bool:
    return first <= place and place + size <= first + len(registers)


def told_detail(detail: Detail, place: int, registers: Sequence[int], profile: Profile) -> Told:
    """Return what a detail's own registers say, its scale factor behind them if it has one."""
    value: float | str | None
    if detail.is_text:
        content = b"".join(word.to_bytes(2, "big") for word in registers[: detail.registers])
        value = content.decode("ascii", "replace").replace("\0", " ").strip()
    else:
        scale_at = None if detail.point.scale_factor is None else detail.registers
        value = value_of(detail.point, 0, profile.word_order, scale_at=scale_at)(registers)
    return Told(place=place, name=detail.name, unit=detail.unit, value=value)


def _unit(profile: Profile, point: Point) -> str:
    known = metric(profile.device_classes[0], point.metric)
    return known.unit if known else ""
