"""What a data segment says: its head, its parameters, and its items, each code with its fields.

HJ 212-2017, 6.3 and Annex B, as the editions of 2005, 2017 and 2025 are found in the field. Names
of head fields and suffixes are told in whatever case they come; a blank or a wrong separator does
not lose a value. Nothing is judged here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

_HEAD_NAME: Final = re.compile(r"(?<![A-Za-z])(QN|ST|CN|PW|MN|Flag|PNUM|PNO|RF)\s*$", re.IGNORECASE)
_AREA: Final = re.compile(r"CP\s*=\s*&{0,2}")
_LOG: Final = re.compile(r"//(.*?)//", re.DOTALL)
_LOG_MARK: Final = "\0"
_ENCODINGS: Final = ("utf-8", "gb18030")  # the standard's, and what older loggers send
_REMEMBERED: Final = 512  # names of fields; what devices of a kind send is a few dozen
_NAMES: Final = (
    *("Rtd", "Min", "Avg", "Max", "Cou", "ZsRtd", "ZsMin", "ZsAvg", "ZsMax"),
    *("Flag", "EFlag", "SampleTime", "Data", "DayData", "NightData", "RS", "RT", "Info", "SN"),
)
_SUFFIXES: Final = {name.lower(): name for name in _NAMES} | {"td": "Rtd"}  # a misspelling


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
    told = _Area(text[area.end() :] if area else "")
    return Segment(
        qn=head.get("QN") or told.parameters.get("QN", ""),
        st=head.get("ST", ""),
        cn=head["CN"],
        mn=head["MN"],
        pw=head.get("PW", ""),
        flag=_whole(head.get("FLAG")),
        part=_part(head),
        resent=head.get("RF") == "1",
        parameters=told.parameters,
        items=tuple(told.items),
        logs=told.logs,
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
    for each in text.replace(";", ",").split(","):
        name, value = None, each
        while name is None and "=" in value:
            written, _, value = value.partition("=")
            name = _head_name(written)
        if name is not None:
            head.setdefault(name, value.strip())
    return head


@lru_cache(maxsize=_REMEMBERED)
def _head_name(written: str) -> str | None:
    """Return the name that what stands before an equals sign ends with, None for no known one."""
    found = _HEAD_NAME.search(written)
    return found[1].upper() if found else None


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _part(head: Mapping[str, str]) -> tuple[int, int] | None:
    number, parts = _whole(head.get("PNO")), _whole(head.get("PNUM"))
    return None if number is None or parts is None else (number, parts)


class _Area:
    """A data area in the making, a group between two semicolons after the other."""

    def __init__(self, text: str) -> None:
        """Read a data area, which ends with one or two ampersands."""
        self.parameters: dict[str, str] = {}
        self.items: list[Item] = []
        self.logs: dict[str, str] = {}
        self._latest: dict[str, Item] = {}
        text = text.rstrip().removesuffix("&").removesuffix("&")
        self._told = _LOG.findall(text) if "//" in text else []
        if self._told:
            text = _LOG.sub(_LOG_MARK, text)
        for group in text.split(";"):
            self._take(group)

    def _take(self, group: str) -> None:
        items: dict[str, Item] = {}  # of this group, by code
        for each in group.split(","):
            written, equals, value = each.partition("=")
            code, suffix = _area_name(written)
            if not equals or not code:
                continue
            value = value.strip()
            if self._told and value == _LOG_MARK:
                self.logs[written.strip()] = self._told.pop(0)
                continue
            if suffix is None:
                self.parameters.setdefault(code, value)
                continue
            item = items.get(code)
            if item is None:
                item = items[code] = self._item(code, suffix)
            if item.fields.setdefault(suffix, value) != value:
                item.ambiguous = True

    def _item(self, code: str, suffix: str) -> Item:
        """Return the item that a group goes on with, or a new one where it tells a field again."""
        item = self._latest.get(code)
        if item is None or suffix in item.fields:
            item = self._latest[code] = Item(code)
            self.items.append(item)
        return item


@lru_cache(maxsize=_REMEMBERED)
def _area_name(written: str) -> tuple[str, str | None]:
    """Return the code and the suffix of a field's name; a parameter's name has no suffix."""
    code, dash, suffix = written.partition("-")
    return code.strip(), _spelled(suffix) if dash else None


def _spelled(suffix: str) -> str:
    """Return a suffix as the standard writes it; what stands behind a second dash repeats it."""
    first = suffix.partition("-")[0].strip()
    return _SUFFIXES.get(first.lower(), first)
