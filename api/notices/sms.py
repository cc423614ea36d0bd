"""How long a text is as an SMS, and how one is cut to fit.

3GPP TS 23.038 and 23.040: a text of the GSM alphabet has 160 septets, or 153 a segment where it is
joined; any other is UCS-2, 70 units of UTF-16 or 67 a segment.
"""

import unicodedata
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

SEGMENTS: Final = 2  # what a notice may take

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED: Final = frozenset("\f^{}\\[~]|€")  # two septets each
_WHOLE_GSM, _JOINED_GSM = 160, 153
_WHOLE_UCS2, _JOINED_UCS2 = 70, 67
_FIRST_ASTRAL: Final = 0x10000

_JOINS_BEFORE: Final = frozenset("\u17d2\u200d")  # the Khmer sign that stacks, the joiner
# Vowels of Lao and Thai are letters to Unicode; some are written before their consonant.
_LEADING: Final = frozenset("\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4\u0e40\u0e41\u0e42\u0e43\u0e44")
_TRAILING: Final = frozenset("\u0eb0\u0eb2\u0eb3\u0ebd\u0e30\u0e32\u0e33\u0e45")
_MARKS: Final = frozenset({"Mn", "Mc", "Me", "Cf"})


def is_gsm(text: str) -> bool:
    """Tell whether every character is of the GSM alphabet."""
    return all(each in _BASIC or each in _ESCAPED for each in text)


def segments(text: str) -> int:
    """Return how many segments a text takes; a character is never split between two."""
    if is_gsm(text):
        return _packed([1 + (each in _ESCAPED) for each in text], _WHOLE_GSM, _JOINED_GSM)
    return _packed([1 + (ord(each) >= _FIRST_ASTRAL) for each in text], _WHOLE_UCS2, _JOINED_UCS2)


def fits(text: str) -> bool:
    """Tell whether a text is short enough for a notice."""
    return segments(text) <= SEGMENTS


def clusters(text: str) -> Iterator[str]:
    """Yield what a reader sees as one: a letter with its marks, a stack, a syllable's vowel."""
    begun = ""
    for each in text:
        if begun and not _joined(begun[-1], each):
            yield begun
            begun = ""
        begun += each
    if begun:
        yield begun


def beginnings(text: str) -> list[str]:
    """Return every beginning of a text that ends between two clusters, the longest first."""
    return [*reversed([*accumulate(clusters(text))]), ""]


def _joined(before: str, after: str) -> bool:
    return (
        unicodedata.category(after) in _MARKS
        or after in _TRAILING
        or before in _JOINS_BEFORE
        or before in _LEADING
    )


def _packed(units: list[int], whole: int, joined: int) -> int:
    if sum(units) <= whole:
        return 1
    count, room = 1, joined
    for each in units:
        if each > room:
            count, room = count + 1, joined
        room -= each
    return count
