"""A profile for the models that one SunSpec device has: where its points stand in its chain.

Of each thing the first candidate that the device has is taken; the others are not read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.drivers.modbus.sunspec_models import Definition, Model, model
from gateway.profile import Candidates, Detail, Encoding, Point, Profile, Segment, SunSpecScan
from gateway.profile_points import UNIMPLEMENTED

_MOST_REGISTERS: Final = 125  # in one request
_ID: Final = 1  # register of a model's id, read with its points to see that it is still there


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A model in a device's chain."""

    model: int
    address: int  # of its id
    length: int  # registers after id and length


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A device's own profile, and the models that its registers are to begin with."""

    profile: Profile
    segments: tuple[Segment, ...]
    models: tuple[tuple[Found, int], ...]  # with the place of its id among what is read


def resolve(profile: Profile, chain: Sequence[Found]) -> Resolved:
    """Return the profile of a device with a chain of models; without any known one it is empty."""
    if not isinstance(profile.layout, SunSpecScan):
        raise TypeError(f"{profile.id} does not scan")
    by_number = {each.model: each for each in reversed(chain)}
    points: list[Point] = []
    details: list[Detail] = []
    for candidates in profile.layout.candidates:
        found = _first(candidates, by_number)
        if found is None:
            continue
        if candidates.is_detail:
            details.append(_detail(candidates, *found, function=profile.layout.function))
        elif (point := _point(candidates, *found)) is not None:
            points.append(point)
    segments: list[Segment] = []
    models: list[tuple[Found, int]] = []
    for each in _used(points, by_number.values()):
        models.append((each, sum(segment.count for segment in segments)))
        segments += _segments(each, points, profile.layout.function)
    own = replace(profile, layout=tuple(segments), points=tuple(points), details=tuple(details))
    return Resolved(profile=own, segments=tuple(segments), models=tuple(models))


def _first(candidates: Candidates, chain: Mapping[int, Found]) -> tuple[Found, Model, str] | None:
    for number, name in candidates.places:
        found, known = chain.get(number), model(number)
        if found is None or known is None:
            continue
        if name in known.fixed and known.fixed[name].offset < found.length + 2:
            return found, known, name
        if name in known.repeated and known.blocks(found.length):
            return found, known, name
    return None


def _point(candidates: Candidates, found: Found, known: Model, name: str) -> Point | None:
    fixed = known.fixed.get(name)
    definition = fixed or known.repeated[name]
    if definition.encoding is None:
        return None
    start = found.address + (0 if fixed else known.fixed_registers) + definition.offset
    more = known.blocks(found.length) - 1 if candidates.total and not fixed else 0
    decimals, scale_factor = _scale(definition, known, found, candidates.decimals)
    return Point(
        metric=candidates.name,
        place=start,
        encoding=definition.encoding,
        decimals=decimals,
        scale_factor=scale_factor,
        sentinel=_sentinel(definition.encoding),
        add=tuple(start + each * known.repeated_registers for each in range(1, more + 1)),
    )


def _scale(
    definition: Definition, known: Model, found: Found, decimals: int
) -> tuple[int, int | None]:
    factor = definition.scale_factor
    if isinstance(factor, int):
        return decimals - factor, None
    return decimals, None if factor is None else found.address + known.fixed[factor].offset


def _sentinel(encoding: Encoding) -> int | None:
    if encoding in (Encoding.ACC16, Encoding.ACC32, Encoding.ACC64):
        return 0
    return UNIMPLEMENTED.get(encoding)


def _detail(
    candidates: Candidates, found: Found, known: Model, name: str, *, function: int
) -> Detail:
    definition = known.fixed[name]
    point = _point(candidates, found, known, name)
    return Detail(
        name=candidates.name,
        unit=candidates.unit,
        function=function,
        registers=definition.registers,
        is_text=definition.is_text,
        point=point
        or Point(
            metric=candidates.name,
            place=found.address + definition.offset,
            encoding=Encoding.UINT16,
        ),
    )


def _used(points: Sequence[Point], models: Iterable[Found]) -> list[Found]:
    """Return the models that any point is in, in the order of their addresses."""
    return sorted(
        (each for each in models if any(_within(point, each) for point in points)),
        key=lambda each: each.address,
    )


def _within(point: Point, found: Found) -> bool:
    return found.address <= point.place < found.address + found.length + 2


def _segments(found: Found, points: Sequence[Point], function: int) -> Iterator[Segment]:
    """Yield requests for what is needed of a model; no number is divided between two of them."""
    spans = [(found.address, found.address + _ID)]
    for point in points:
        if not _within(point, found):
            continue
        size = point.encoding.registers
        spans += [(place, place + size) for place in (point.place, *point.add)]
        if point.scale_factor is not None:
            spans.append((point.scale_factor, point.scale_factor + 1))
    first, end = min(spans)
    for start, stop in sorted(spans):
        if stop - first > _MOST_REGISTERS:
            yield Segment(function=function, first=first, last=end - 1)
            first = start
        end = max(end, stop)
    yield Segment(function=function, first=first, last=end - 1)
