"""What a data segment says: its head, its parameters, and its items, each code with its fields.

HJ 212-2017, 6.3 and Annex B, as the editions of 2005, 2017 and 2025 are found in the field. Names
of head fields and suffixes are told in whatever case they come; a blank or a wrong separator does
not lose a value. Nothing is judged here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_HEAD_FIELD: Final = re.compile(
    r"(?<![A-Za-z])(QN|ST|CN|PW|MN|Flag|PNUM|PNO|RF)\s*=\s*([^;,]*)", re.IGNORECASE
)
_AREA: Final = re.compile(r"CP\s*=\s*&{0,2}")
_LOG: Final = re.compile(r"//(.*?)//", re.DOTALL)
_LOG_MARK: Final = "\0"
_ENCODINGS: Final = ("utf-8", "gb18030")  # the standard's, and what older loggers send
_AREA_FIELD: Final = re.compile(  # consumes whatever stands there, so it takes linear time
    r"\s*+([^\s\-=;,]*+)(-?+)([^=;,]*+)(=?+)\s*+([^;,]*+)([;,]?+)"
)
_NAMES: Final = (
    *("Rtd", "Min", "Avg", "Max", "Cou", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax"),
    *("Flag", "EFlag", "SampleTime", "Data", "DayData", "NightData", "RS", "RT", "Info", "SN"),
)
_SUFFIXES: Final = (
    {name: name for name in _NAMES} | {name.lower(): name for name in _NAMES} | {"td": "Rtd"}
)  # td: a misspelling that is sent


@dataclass(slots=True)
class Item:
    """One code with its fields by suffix; a suffix that came twice with two texts is told."""

    code: str
    fields: dict[str, str] = field(default_factory=dict)
    ambiguous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One data segment, in the words of the standard; what is not there is empty or None."""

    qn: str  # tells one exchange from another
    st: str  # system
    cn: str  # command
    mn: str  # device
    pw: str = field(repr=False)
    flag: int | None
    part: tuple[int, int] | None  # this part of so many
    resent: bool
    parameters: Mapping[str, str]  # DataTime, PolId, QnRtn and others without a code
    items: tuple[Item, ...]
    logs: Mapping[str, str]  # texts between // and //, by field
    encoding: str

    @property
    def wants_answer(self) -> bool:
        """Tell whether an answer is due, by bit A of the flag."""
        return self.flag is not None and bool(self.flag & 1)


class SegmentError(ValueError):
    """A segment without the fields that say whose it is and what it is."""

    def __init__(self, missing: str) -> None:
        super().__init__(f"no {missing} in the data segment")
        self.missing = missing


def read_segment(content: bytes) -> Segment:
    """Read a data segment, or raise SegmentError."""
    text, encoding = _text(content)
    area = _AREA.search(text)
    head = _head(text[: area.start()] if area else text)
    for name in ("MN", "CN"):
        if not head.get(name):
            raise SegmentError(name)
    parameters, items, logs = _area(text[area.end() :] if area else "")
    return Segment(
        qn=head.get("QN") or parameters.get("QN", ""),
        st=head.get("ST", ""),
        cn=head["CN"],
        mn=head["MN"],
        pw=head.get("PW", ""),
        flag=_whole(head.get("FLAG")),
        part=_part(head),
        resent=head.get("RF") == "1",
        parameters=parameters,
        items=items,
        logs=logs,
        encoding=encoding,
    )


def _text(content: bytes) -> tuple[str, str]:
    for encoding in _ENCODINGS:
        try:
            return str(content, encoding), encoding
        except UnicodeDecodeError:
            continue
    return str(content, "utf-8", "backslashreplace"), "unknown"


def _head(text: str) -> dict[str, str]:
    head: dict[str, str] = {}
    for name, value in _HEAD_FIELD.findall(text):
        head.setdefault(name.upper(), value.strip())
    return head


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _part(head: Mapping[str, str]) -> tuple[int, int] | None:
    number, parts = _whole(head.get("PNO")), _whole(head.get("PNUM"))
    return None if number is None or parts is None else (number, parts)


def _area(text: str) -> tuple[dict[str, str], tuple[Item, ...], dict[str, str]]:
    """Split the data area, which ends with one or two ampersands."""
    text = text.rstrip().removesuffix("&").removesuffix("&")
    told: list[str] = []
    if "//" in text:
        told = _LOG.findall(text)
        text = _LOG.sub(_LOG_MARK, text)
    parameters: dict[str, str] = {}
    logs: dict[str, str] = {}
    items: list[Item] = []
    group: dict[str, Item] = {}  # what stands between two semicolons, by code
    latest: dict[str, Item] = {}
    for code, dash, written, equals, value, end in _AREA_FIELD.findall(text):
        if code and equals:
            told_value = value.rstrip()
            if told and told_value == _LOG_MARK:
                logs[code + dash + written] = told.pop(0)
            elif not dash:
                parameters.setdefault(code, told_value)
            else:
                suffix = _SUFFIXES.get(written) or _spelled(written)
                item = group.get(code)
                if item is None:
                    item = latest.get(code)
                    if item is None or suffix in item.fields:
                        item = latest[code] = Item(code)
                        items.append(item)
                    group[code] = item
                if item.fields.setdefault(suffix, told_value) != told_value:
                    item.ambiguous = True
        if end == ";":
            group.clear()
    return parameters, tuple(items), logs


def _spelled(suffix: str) -> str:
    """Return a suffix as the standard writes it; what stands behind a second dash repeats it."""
    first = suffix.partition("-")[0].strip()
    return _SUFFIXES.get(first.lower(), first)
