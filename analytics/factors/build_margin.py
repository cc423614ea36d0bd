"""The build margin: which of a grid's newest power units it is made of, and their factor.

After CDM TOOL07 version 7.0, steps (a) to (f) of its sample, and Verra VT0011 version 1.0, in which
all units stay.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from analytics.factors.margins import MarginError, PowerUnit, Rule, average_om

_NEWEST: Final = 5
_SHARE: Final = Decimal("0.20")
_OLD_YEARS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildMargin:
    """The build margin and how its sample came about. Generation in MWh."""

    t_per_mwh: Decimal
    sample: Sequence[PowerUnit]
    step: str  # c: the larger of two sets; d: without old units; f: with old ones brought back
    set5_mwh: Decimal
    set20_mwh: Decimal


def build_margin(units: Iterable[PowerUnit], *, as_of_year: int, rule: Rule) -> BuildMargin:
    """Return the build margin of a year under a rule."""
    newest = sorted(units, key=lambda unit: -unit.commissioned)
    ahead = [unit.name for unit in newest if unit.commissioned > as_of_year]
    if ahead:
        raise MarginError(f"units: commissioned after {as_of_year}: {', '.join(ahead)}")
    everyone = rule is Rule.VT0011
    eligible = [unit for unit in newest if everyone or not unit.programme]
    enough = _SHARE * _mwh(eligible)
    set5, set20 = eligible[:_NEWEST], _until([], eligible, enough)
    sample, step = (set5 if _mwh(set5) >= _mwh(set20) else set20), "c"
    if not everyone and any(_is_old(unit, as_of_year) for unit in sample):
        sample, step = _without_old(sample, newest, enough, as_of_year)
    return BuildMargin(
        t_per_mwh=average_om(sample),
        sample=tuple(sample),
        step=step,
        set5_mwh=_mwh(set5),
        set20_mwh=_mwh(set20),
    )


def _without_old(
    sample: Sequence[PowerUnit], newest: Sequence[PowerUnit], enough: Decimal, year: int
) -> tuple[list[PowerUnit], str]:
    young = [unit for unit in sample if not _is_old(unit, year)]
    found = _until(young, [unit for unit in newest if unit.programme], enough)
    if _mwh(found) >= enough:
        return found, "d"
    old = [unit for unit in newest if _is_old(unit, year) and not unit.programme]
    return _until(found, old, enough), "f"


def _until(
    some: Sequence[PowerUnit], more: Iterable[PowerUnit], enough: Decimal
) -> list[PowerUnit]:
    """Add units in their order until there is enough; the one that reaches it counts whole."""
    found = list(some)
    for unit in more:
        if _mwh(found) >= enough:
            break
        found.append(unit)
    return found


def _is_old(unit: PowerUnit, year: int) -> bool:
    return year - unit.commissioned > _OLD_YEARS


def _mwh(units: Iterable[PowerUnit]) -> Decimal:
    return sum((unit.mwh for unit in units), start=Decimal(0))
