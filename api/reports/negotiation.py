"""What a client asks for among what there is, by its Accept headers (RFC 9110, section 12)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_WEIGHT: Final = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")


@dataclass(frozen=True, slots=True)
class Wish:
    """One range of an Accept header, and how much it is wanted: 0 is not at all."""

    range: str
    quality: float


def best_type(accept: str | None, offered: Sequence[str]) -> str | None:
    """Return the media type that is wanted most, the first offered where nothing is said.

    None where nothing offered is acceptable. The most specific range that fits a type decides.
    """
    wishes = list(_wishes(accept or "*/*"))
    return _best([(_quality(wishes, _type_ranges(each)), each) for each in offered])


def best_language(accept: str | None, offered: Sequence[str]) -> str | None:
    """Return the language that is wanted most: zh-Hans-CN is content with zh, `*` with the first.

    None where no language offered is asked for.
    """
    wishes = [Wish(each.range.partition("-")[0], each.quality) for each in _wishes(accept or "")]
    return _best([(_quality(wishes, (each, "*")), each) for each in offered])


def matches(if_none_match: str | None, tag: str) -> bool:
    """Tell whether a client holds what a tag names (RFC 9110, section 13.1.2: weakly compared)."""
    held = {each.strip().removeprefix("W/") for each in (if_none_match or "").split(",")}
    return "*" in held or tag in held


def _best(found: Sequence[tuple[float, str]]) -> str | None:
    quality, name = max(found, key=lambda each: each[0])
    return name if quality > 0 else None


def _type_ranges(name: str) -> tuple[str, ...]:
    return name, f"{name.partition('/')[0]}/*", "*/*"


def _quality(wishes: Sequence[Wish], ranges: Sequence[str]) -> float:
    for each in ranges:
        found = [wish.quality for wish in wishes if wish.range == each]
        if found:
            return max(found)
    return 0.0


def _wishes(header: str) -> Iterator[Wish]:
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        if name:
            yield Wish(name, _weight(parameters))


def _weight(parameters: Sequence[str]) -> float:
    for each in parameters:
        key, _, text = each.partition("=")
        if key.strip() == "q":
            return float(text) if _WEIGHT.fullmatch(text.strip()) else 0.0
    return 1.0
