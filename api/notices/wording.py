"""A notice in words: a short form that fits two segments of an SMS, and a long one with all."""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from analytics.alarms.alarm import CauseKind
from analytics.alarms.notice import NoticeKind
from api.notices.sms import beginnings, fits, is_gsm
from api.notices.told import Told
from dashboards.wording.wording import Wording
from ingest.contract.period import instant
from ingest.registry.model import Provenance

_MAP: Final = "https://www.openstreetmap.org/?mlat={}&mlon={}#map=19/{}/{}"
_NUMBER_UNITS: Final = 24  # of a painted number in an SMS
_AHEAD: Final = "sim_expiring"  # of an operator's cards, too, and nothing is out yet
_WIDER: Final = frozenset({CauseKind.OPERATOR, CauseKind.FEEDER, CauseKind.GRID, CauseKind.WEATHER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A notice as one person is told it."""

    title: str
    short: str
    long: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """How somebody can answer; None: not that way."""

    digit: int | None = None
    link: str | None = None


def message(told: Told, words: Wording, reply: Reply) -> Message:
    """Return a notice in a language."""
    lines = [heading(told, words), *_lines(told, words, reply)]
    return Message(
        title=title(told, words),
        short=short(told, words, reply.digit),
        long="\n".join(lines),
    )


def title(told: Told, words: Wording) -> str:
    """Return a notice in one line, however long."""
    return f"{heading(told, words)}: {_where(told.number, told.road)}"


def heading(told: Told, words: Wording) -> str:
    """Return what is the matter, and what is new about it."""
    return f"{_mark(told, words)}{what(told, words)}"


def what(told: Told, words: Wording) -> str:
    """Return what is the matter."""
    cause = told.alarm.cause
    fault = words(f"faults.{cause.rule}.name")
    if cause.kind is CauseKind.WEATHER:
        return f"{words('notices.cause.weather')}: {fault}"
    if cause.kind in _WIDER and cause.rule != _AHEAD:
        return words(f"notices.cause.{cause.kind}")
    return fault


def short(told: Told, words: Wording, digit: int | None) -> str:
    """Return the short form: of what does not fit, first the road is cut, then the number."""
    number = told.number
    if number is not None:
        number = next(each for each in beginnings(number) if len(each) <= _NUMBER_UNITS)
    road = _cut(told.road, lambda part: fits(_short(told, words, _where(number, part), digit)))
    return _short(told, words, _where(number, road), digit)


def digest(messages: list[str], words: Wording) -> str:
    """Return several short forms as one: as many as fit, and how many more there are."""
    head = words("notices.digest", count=len(messages))
    for kept in range(len(messages), 0, -1):
        left = len(messages) - kept
        more = [words("notices.and_more", count=left)] if left else []
        text = "\n".join([f"{head}:", *messages[:kept], *more])
        if fits(text):
            return text
    return head


def _short(told: Told, words: Wording, where: str, digit: int | None) -> str:
    count = f" ({told.count})" if told.count > 1 else ""
    head = f"{where}: " if where else ""
    text = f"{_mark(told, words)}{head}{what(told, words)}{count}"
    if digit is None or told.notice.kind is NoticeKind.CLEARED:
        return text
    asked = "notices.seen" if told.of_the_air else "notices.reply"
    return f"{text}. {words(asked, digit=digit)}"


def _mark(told: Told, words: Wording) -> str:
    parts: list[str] = []
    if told.provenance is not Provenance.REAL:
        parts.append(words(f"notices.{told.provenance}"))
    if told.notice.kind is not NoticeKind.RAISED:
        parts.append(words(f"notices.mark.{told.notice.kind}"))
    return "".join(f"{part}: " for part in parts)


def _where(number: str | None, road: str) -> str:
    return " ".join(part for part in (number, road) if part)


def _cut(road: str, fitting: Callable[[str], bool]) -> str:
    """Return as much of a road's name as fits, ended at a word where that keeps half of it."""
    if fitting(road):
        return road
    dots = ".." if is_gsm(road) else "…"  # which is not of the GSM alphabet
    parts = beginnings(road)[::-1]
    most = bisect_left(parts, x=True, key=lambda part: not fitting(f"{part.rstrip()}{dots}")) - 1
    kept = parts[max(most, 0)]
    word = kept if road[len(kept) :].startswith(" ") else kept.rpartition(" ")[0]
    kept = word if 2 * len(word) >= len(kept) else kept
    return f"{kept.rstrip()}{dots}" if kept else ""


def _lines(told: Told, words: Wording, reply: Reply) -> Iterator[str]:
    for label, value in facts(told, words):
        yield f"{words(f'notices.long.{label}')}: {value}"
    if told.of_the_air:
        over = told.notice.kind is NoticeKind.CLEARED
        yield words(f"notices.environment.{'over' if over else 'first'}")
    if told.notice.kind is not NoticeKind.CLEARED and reply.link is not None:
        asked = "notices.page.seen" if told.of_the_air else "notices.long.take"
        yield f"{words(asked)}: {reply.link}"


def facts(told: Told, words: Wording) -> Iterator[tuple[str, str]]:
    """Yield what there is to say, each with the key of its label."""
    alarm = told.alarm
    yield "where", ", ".join(dict.fromkeys([_where(told.number, told.road), told.zone.name]))
    if told.position is not None:
        latitude, longitude = told.position
        yield "map", _MAP.format(latitude, longitude, latitude, longitude)
    if told.count > 1:
        some = ", ".join(told.numbers)
        yield "reach", words("notices.long.reach_count", count=told.count, some=some)
    yield "since", local(alarm.began_at, told.zone.timezone)
    if alarm.cleared_at is not None:
        yield "until", local(alarm.cleared_at, told.zone.timezone)
        return
    if alarm.evidence:
        yield "measured", ", ".join(f"{name} {value:g}" for name, value in alarm.evidence.items())
    if not told.of_the_air:
        yield from _repair(told, words)


def _repair(told: Told, words: Wording) -> Iterator[tuple[str, str]]:
    if (hours := told.cost.light_hours_a_night) is not None:
        yield "cost", words("notices.long.cost_light", hours=f"{hours:.0f}")
    if (power := told.cost.power_kw) is not None:
        yield "cost", words("notices.long.cost_power", kw=f"{power.normalize():f}")
    if told.alarm.cause.kind is CauseKind.GATEWAY:
        yield "cost", words("notices.long.cost_data")
    if told.alarm.cause.kind not in _WIDER:
        yield "check", words(f"faults.{told.alarm.cause.rule}.check")
        yield "carry", words(f"faults.{told.alarm.cause.rule}.carry")
    lot, contract = told.lot, told.contract
    if lot is not None and lot.supplier is not None:
        day = "–" if lot.warranty_until is None else str(lot.warranty_until)
        yield "warranty", words("notices.long.warranty_until", supplier=lot.supplier, day=day)
    if contract is not None:
        within = {"contractor": contract.contractor, "hours": contract.response_hours}
        yield "contract", words("notices.long.contract_within", **within)


def local(microseconds: int, timezone: str) -> str:
    """Return an instant in a zone's own time."""
    return f"{instant(microseconds).astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"
