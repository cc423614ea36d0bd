"""Fonts that come with the installation, so that a bare machine writes all four languages."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Final

_PACKAGES: Final = (
    ("fontpkg_noto_sans", "files"),
    ("justmytype_intl_sea", "fonts"),
    ("noto_cjk_sans_otc", "."),
)
_LATIN: Final = "Noto Sans"
_OWN: Final[Mapping[str, str]] = {
    "en": _LATIN,
    "zh": "Noto Sans CJK SC",
    "km": "Noto Sans Khmer",
    "lo": "Noto Sans Lao",
}


@cache
def folders() -> tuple[Path, ...]:
    """Return the folders that the fonts are in."""
    return tuple(Path(str(files(package))) / folder for package, folder in _PACKAGES)


def families(language: str) -> list[str]:
    """Return the fonts of a language, in the order in which a sign is looked for."""
    return list(dict.fromkeys([_LATIN, _OWN[language], *_OWN.values()]))
