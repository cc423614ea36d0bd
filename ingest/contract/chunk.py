"""The chunk: records of one boot of one gateway, in columns, with the gateway's own account.

Parsing never loses a row for its neighbour's sake: a row that says what it must not is set aside
with its number and the reason, the others are kept.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from math import fsum, isfinite
from typing import Final, cast

from ingest.contract import fields
from ingest.contract.fields import MalformedError
from ingest.contract.identity import BootId, DeviceId
from ingest.contract.limits import LIMITS, Limits, TooLargeError
from ingest.contract.period import TIME_LIMIT_MS, rfc3339
from ingest.contract.quality import Quality
from ingest.contract.ranges import EMPTY, Ranges

_FLAGS: Final = frozenset(int(flag) for flag in Quality)
_NUMBERS: Final = frozenset({float, int})


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One device's rows: row i is number[i], measured at measured_at[i]."""

    device: DeviceId
    number: Sequence[int]
    measured_at: Sequence[int]  # milliseconds since the epoch, UTC
    values: Mapping[str, Sequence[float | None]]  # by metric
    quality: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    """By metric, (row, flag) for each row that is not good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What a gateway says about one boot's records, which nobody else can know."""

    boot: BootId
    head: int  # last number assigned, 0 before the first
    low: int  # oldest number still held; head + 1 where none is
    thinned: Ranges = EMPTY
    days: Mapping[date, tuple[int, int]] = field(default_factory=dict)
    """First and last number assigned on each UTC day that is not wholly settled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """An account and some of the records it speaks of."""

    account: Account
    sent_at: datetime
    held: tuple[BootId, ...] = ()  # every boot of which the gateway still holds records
    parts: tuple[Part, ...] = ()

    @property
    def numbers(self) -> Ranges:
        """The numbers of all its rows."""
        return Ranges.from_numbers(number for part in self.parts for number in part.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """Rows that cannot be stored, and why."""

    numbers: Ranges
    reason: str


def form_chunk(chunk: Chunk) -> dict[str, object]:
    """Return the mapping that travels."""
    account = chunk.account
    return {
        "boot": account.boot,
        "head": account.head,
        "low": account.low,
        "thinned": account.thinned.to_lists(),
        "days": {day.isoformat(): list(span) for day, span in account.days.items()},
        "held": list(chunk.held),
        "sent_at": rfc3339(chunk.sent_at),
        "parts": [_form_part(part) for part in chunk.parts],
    }


def _form_part(part: Part) -> dict[str, object]:
    formed: dict[str, object] = {
        "device": part.device,
        "number": list(part.number),
        "measured_at": list(part.measured_at),
        "values": {name: list(column) for name, column in part.values.items()},
    }
    if part.quality:
        formed["quality"] = {
            name: [list(pair) for pair in pairs] for name, pairs in part.quality.items()
        }
    return formed


def parse_chunk(message: object, *, limits: Limits = LIMITS) -> tuple[Chunk, tuple[Defect, ...]]:
    """Read a decoded mapping.

    Raises:
        MalformedError: The account or a part's shape is wrong, so that rows cannot be told apart.
        TooLargeError: It has more rows or columns than allowed.
    """
    body = fields.mapping(message, "chunk")
    raw_parts = fields.sequence(body.get("parts"), "parts")
    _hold_to(limits, raw_parts)
    account = _parse_account(body)
    parts: list[Part] = []
    defects: list[Defect] = []
    for place, raw in enumerate(raw_parts):
        where = f"parts[{place}]"
        part, set_aside = _parse_part(fields.mapping(raw, where), where)
        defects.extend(set_aside)
        if part is not None:
            parts.append(part)
    chunk = Chunk(
        account=account,
        sent_at=fields.moment(body.get("sent_at"), "sent_at"),
        held=tuple(
            BootId(fields.name(boot, "held"))
            for boot in fields.sequence(body.get("held", []), "held")
        ),
        parts=tuple(parts),
    )
    _check_numbers(chunk, defects)
    return chunk, tuple(defects)


def _check_numbers(chunk: Chunk, defects: Sequence[Defect]) -> None:
    account = chunk.account
    spans = [pair for defect in defects for pair in defect.numbers.pairs]
    numbers = Ranges.of(*chunk.numbers.pairs, *spans)
    rows = sum(len(part.number) for part in chunk.parts)
    rows += sum(defect.numbers.count for defect in defects)
    if numbers.count != rows:
        raise MalformedError("number", "each number once in a chunk")
    if numbers and numbers.pairs[-1][1] > account.head:
        raise MalformedError("number", "no number above head")
    if numbers - Ranges.of(*account.days.values()):
        raise MalformedError("days", "the day of entry of every number the chunk carries")


def _hold_to(limits: Limits, parts: Sequence[object]) -> None:
    rows = columns = 0
    for part in parts:
        if isinstance(part, dict):
            number, values = part.get("number"), part.get("values")
            rows += len(number) if isinstance(number, list) else 0
            columns += len(values) if isinstance(values, dict) else 0
    if rows > limits.rows:
        raise TooLargeError("rows", limits.rows)
    if columns > limits.columns:
        raise TooLargeError("columns", limits.columns)


def _parse_account(body: Mapping[str, object]) -> Account:
    head, low = fields.count(body.get("head"), "head"), fields.count(body.get("low"), "low")
    if not 1 <= low <= head + 1:
        raise MalformedError("low", "a number from 1 to head + 1")
    days = fields.mapping(body.get("days", {}), "days")
    return Account(
        boot=BootId(fields.name(body.get("boot"), "boot")),
        head=head,
        low=low,
        thinned=fields.ranges(body.get("thinned", []), "thinned").within(1, head),
        days={
            fields.day(day, f"days.{day}"): fields.span(pair, f"days.{day}")
            for day, pair in days.items()
        },
    )


def _parse_part(body: Mapping[str, object], where: str) -> tuple[Part | None, tuple[Defect, ...]]:
    number = _numbers(body.get("number"), f"{where}.number")
    times = fields.sequence(body.get("measured_at"), f"{where}.measured_at")
    columns = _columns(body.get("values"), f"{where}.values")
    for name, column in {"measured_at": times, **columns}.items():
        if len(column) != len(number):
            raise MalformedError(f"{where}.{name}", f"{len(number)} rows, as number has")
    try:
        device = DeviceId(fields.name(body.get("device"), f"{where}.device"))
        quality = _quality(body.get("quality", {}), f"{where}.quality", len(number))
    except MalformedError as error:
        return None, (Defect(numbers=Ranges.from_numbers(number), reason=str(error)),)
    part = Part(
        device=device,
        number=number,
        measured_at=cast("Sequence[int]", times),
        values=cast("Mapping[str, Sequence[float | None]]", columns),
        quality=quality,
    )
    wrong = _wrong_rows(part)
    return without_rows(part, wrong), _defects(number, wrong)


def _columns(value: object, where: str) -> Mapping[str, Sequence[object]]:
    columns = fields.mapping(value, where)
    for name, column in columns.items():
        if not isinstance(column, list):
            raise MalformedError(f"{where}.{name}", "a list")
    return cast("Mapping[str, Sequence[object]]", columns)


def _numbers(value: object, where: str) -> Sequence[int]:
    number = fields.sequence(value, where)
    if not number or not set(map(type, number)) <= {int}:
        raise MalformedError(where, "whole numbers, at least one")
    whole = cast("Sequence[int]", number)
    if min(whole) < 1 or len(set(whole)) != len(whole):
        raise MalformedError(where, "numbers from 1 on, each once")
    return whole


def _quality(value: object, where: str, rows: int) -> dict[str, list[tuple[int, int]]]:
    return {
        name: [_flag(pair, f"{where}.{name}", rows) for pair in fields.sequence(pairs, where)]
        for name, pairs in fields.mapping(value, where).items()
    }


def _flag(pair: object, where: str, rows: int) -> tuple[int, int]:
    whole = [fields.count(each, where) for each in fields.sequence(pair, where)]
    match whole:
        case [row, flag] if row < rows and flag in _FLAGS:
            return row, flag
        case _:
            raise MalformedError(where, "[row, flag] with a flag of 1, 2, 3, 4 or 9")


def _wrong_rows(part: Part) -> dict[int, str]:
    """Return why a row cannot be stored, for each that cannot; parts are sound as a rule."""
    values: Sequence[object] = list(chain.from_iterable(part.values.values()))
    kinds = set(map(type, values))
    wrong: dict[int, str] = {}
    if not kinds <= _NUMBERS | {type(None)} or not _all_finite(values):
        wrong |= _wrong_values(part.values)
    if not kinds or type(None) in kinds:
        wrong |= dict.fromkeys(_silent(part), "a record that says nothing")
    times: Sequence[object] = part.measured_at
    if set(map(type, times)) != {int} or not _all_times(part.measured_at):
        wrong |= {
            row: f"measured_at: expected whole milliseconds since 1970, got {time!r:.40}"
            for row, time in enumerate(times)
            if type(time) is not int or not 0 <= time < TIME_LIMIT_MS
        }
    return wrong


def _wrong_values(columns: Mapping[str, Sequence[object]]) -> dict[int, str]:
    return {
        row: f"{name:.63}: expected a finite number, got {value!r:.40}"
        for name, column in columns.items()
        for row, value in enumerate(column)
        if not _is_value(value)
    }


def _silent(part: Part) -> set[int]:
    silent = set(range(len(part.number)))
    for column in part.values.values():
        silent -= {row for row in silent if column[row] is not None}
    return silent - {row for pairs in part.quality.values() for row, _ in pairs}


def _all_times(times: Sequence[int]) -> bool:
    return min(times) >= 0 and max(times) < TIME_LIMIT_MS


def _all_finite(values: Iterable[object]) -> bool:
    """Tell whether numbers are finite, by their sum; False, too, where that alone is too large."""
    try:
        return isfinite(fsum(filter(None, cast("Iterable[float]", values))))
    except (OverflowError, ValueError):
        return False


def _is_value(value: object) -> bool:
    if value is None:
        return True
    return type(value) in (float, int) and _all_finite([value])


def without_rows(part: Part, wrong: Collection[int]) -> Part | None:
    """Return the part without some rows, or None where nothing is left."""
    if not wrong:
        return part
    keep = [row for row in range(len(part.number)) if row not in wrong]
    if not keep:
        return None
    place = {row: new for new, row in enumerate(keep)}
    return Part(
        device=part.device,
        number=[part.number[row] for row in keep],
        measured_at=[part.measured_at[row] for row in keep],
        values={name: [column[row] for row in keep] for name, column in part.values.items()},
        quality={
            name: [(place[row], flag) for row, flag in pairs if row in place]
            for name, pairs in part.quality.items()
        },
    )


def _defects(number: Sequence[int], wrong: Mapping[int, str]) -> tuple[Defect, ...]:
    rows_by_reason: dict[str, list[int]] = {}
    for row, reason in wrong.items():
        rows_by_reason.setdefault(reason, []).append(number[row])
    return tuple(
        Defect(numbers=Ranges.from_numbers(numbers), reason=reason)
        for reason, numbers in rows_by_reason.items()
    )
