"""The one design of everything people look at: colors by what they mean, sizes, and spaces.

Text on its ground keeps a contrast of at least 4.5 : 1, marks on theirs of 3 : 1 (WCAG 2.2,
success criteria 1.4.3 and 1.4.11).
"""

from collections.abc import Mapping
from typing import Final

LIGHT: Final[Mapping[str, str]] = {
    "ground": "#f4f6f3",
    "surface": "#ffffff",
    "ink": "#14201b",
    "muted": "#4c5b54",
    "line": "#d8dfda",
    "accent": "#0a6b4d",
    "accent-soft": "#e3f2ec",
    "simulated": "#ffe39a",
    "on-simulated": "#463000",
    "recorded": "#d9e6ff",
    "on-recorded": "#122c63",
    "reachable": "#0a7a56",
    "fault": "#b8320a",
    "silent": "#7445a8",
    "never": "#5b6770",
    "series-1": "#0a6b4d",
    "series-2": "#b35900",
    "series-3": "#2457c5",
    "night": "#e6eaf1",
}

DARK: Final[Mapping[str, str]] = {
    "ground": "#0e1412",
    "surface": "#17201d",
    "ink": "#e9f0ec",
    "muted": "#a8b7af",
    "line": "#2d3a35",
    "accent": "#62d2a7",
    "accent-soft": "#1b3029",
    "simulated": "#5a4200",
    "on-simulated": "#ffe9b0",
    "recorded": "#1d3566",
    "on-recorded": "#dbe7ff",
    "reachable": "#4cc596",
    "fault": "#ff8a62",
    "silent": "#c29bf0",
    "never": "#97a5ad",
    "series-1": "#62d2a7",
    "series-2": "#f0a24e",
    "series-3": "#86aefc",
    "night": "#1d2733",
}

TYPE: Final[Mapping[str, str]] = {
    "small": "0.8rem",
    "note": "0.88rem",
    "text": "0.94rem",
    "base": "1rem",
    "heading": "1.08rem",
    "section": "1.22rem",
    "number": "1.55rem",
    "figure": "1.9rem",
}
"""Sizes of type; a page's title and its first figure grow with the screen."""

SPACE: Final[Mapping[str, str]] = {
    "hair": "0.3rem",
    "near": "0.45rem",
    "gap": "0.8rem",
    "block": "1.1rem",
    "part": "2rem",
}
"""Spaces, between what belongs together and what does not."""

MARKS: Final[Mapping[str, str]] = {
    "good": "#1a8a66",
    "warning": "#b8741a",
    "bad": "#d8502a",
    "unknown": "#9066cf",
    "idle": "#74808a",
    "plain": "#3f7ae0",
}
"""What a value amounts to, where the ground may be light or dark and is not ours: Grafana's."""

MARK_OF: Final[Mapping[str, str]] = {
    "up": "good",
    "connected": "good",
    "reachable": "good",
    "approved": "good",
    "verified": "good",
    "publishable": "good",
    "partly": "warning",
    "for_review": "warning",
    "provisional": "warning",
    "revised": "warning",
    "SIMULATED": "warning",
    "down": "bad",
    "gone": "bad",
    "fault": "bad",
    "high": "bad",
    "medium": "warning",
    "low": "plain",
    "active": "bad",
    "cleared": "good",
    "unknown": "unknown",
    "silent": "unknown",
    "never": "idle",
    "idle": "idle",
    "excluded": "plain",
    "RECORDED": "plain",
    "REAL": "good",
}
"""The mark of a word, wherever that word is a value; a word without one is plain text."""

AIR: Final[Mapping[str, str]] = {
    "good": "#00e400",
    "moderate": "#ffff00",
    "unhealthy_for_sensitive_groups": "#ff7e00",
    "unhealthy": "#ff0000",
    "very_unhealthy": "#8f3f97",
    "hazardous": "#7e0023",
}
"""Colors of the air quality index as US EPA sets them (EPA-454/B-24-002), in light and in dark."""

ON_AIR: Final[Mapping[str, str]] = {
    "good": "#14201b",
    "moderate": "#14201b",
    "unhealthy_for_sensitive_groups": "#14201b",
    "unhealthy": "#000000",
    "very_unhealthy": "#ffffff",
    "hazardous": "#ffffff",
}
"""Text on them."""


def css() -> str:
    """Return colors, sizes and spaces as custom properties of a style sheet."""
    light, dark = (
        "".join(f"--{name}:{color};" for name, color in colors.items()) for colors in (LIGHT, DARK)
    )
    air = "".join(
        f".air.{name}{{fill:{AIR[name]}}}.on-air.{name}{{fill:{ON_AIR[name]}}}" for name in AIR
    )
    sizes = "".join(f"--type-{name}:{size};" for name, size in TYPE.items())
    spaces = "".join(f"--space-{name}:{size};" for name, size in SPACE.items())
    root = f":root{{{light}{sizes}{spaces}}}"
    return f"{root}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}\n{air}\n"
