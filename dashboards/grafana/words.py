"""The texts that values stand for: a family of the catalogues, or several under one name."""

from collections.abc import Iterator, Mapping
from typing import Final

from dashboards.wording.wording import Wording

_TOGETHER: Final[Mapping[str, tuple[str, ...]]] = {
    "grafana.class": ("class", "grafana.class"),
    "grafana.figure": ("report.figure", "grafana.figure"),
    "grafana.state": ("grafana.state",),
    "metric": ("metric",),
}


def texts(family: str, say: Wording) -> Mapping[str, str]:
    """Return the texts of a family by the value that each stands for, in the catalogue's order."""
    if family == "faults":
        return dict(_names(say))
    found: dict[str, str] = {}
    for prefix in _TOGETHER.get(family, (family,)):
        start = f"{prefix}."
        for key in Wording().ordered:
            name = key.removeprefix(start)
            if key.startswith(start) and "." not in name:
                found[name] = say(key)
    return found


def _names(say: Wording) -> Iterator[tuple[str, str]]:
    """Yield what each rule calls its fault."""
    for key in Wording().ordered:
        family, _, rest = key.partition(".")
        rule, _, name = rest.partition(".")
        if family == "faults" and name == "name":
            yield rule, say(key)


def heading(column: str, say: Wording) -> str:
    """Return what a column is called: as reports call it, where dashboards have no other word."""
    own = f"grafana.column.{column}"
    return say(own if own in Wording().keys else f"report.column.{column}")
