"""Texts that no spreadsheet takes for a formula.

After OWASP, "CSV Injection": what begins with one of the signs below gets an apostrophe before it.
"""

from typing import Final

_STARTS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBERS: Final = frozenset({"number", "revision", "row"})


def guarded(column: str, text: str) -> str:
    """Return a cell of a column as it can be opened; a number may be negative."""
    return text if column in _NUMBERS else guarded_text(text)


def guarded_text(text: str) -> str:
    """Return a text that begins with no sign of a formula, blanks before it or not."""
    return (
        f"'{text}"
        if text.lstrip(" \u00a0\u3000").startswith(_STARTS) or text.startswith(_STARTS)
        else text
    )
