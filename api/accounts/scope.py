"""What of the programme somebody sees: all of it, or countries, zones and aid batches."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

_ALL: Final = "all"
_SHAPE: Final = re.compile(r"(country):([A-Z]{2})|(zone|aid-batch):([a-z0-9][a-z0-9-]{0,62})")


class ScopeError(ValueError):
    """A text that is no scope."""

    def __init__(self, text: str) -> None:
        super().__init__(f"scope {text!r}: expected all, country:KH, zone:ID or aid-batch:ID")
        self.text = text


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A union: what lies in any of these is seen."""

    everything: bool = False
    countries: frozenset[str] = frozenset()
    zones: frozenset[str] = frozenset()
    aid_batches: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> "Scope":
        """Read a scope from its parts, or raise ScopeError."""
        found: dict[str, set[str]] = {"country": set(), "zone": set(), "aid-batch": set()}
        everything = False
        for text in texts:
            if text == _ALL:
                everything = True
            elif fits := _SHAPE.fullmatch(text):
                found[fits[1] or fits[3]].add(fits[2] or fits[4])
            else:
                raise ScopeError(text)
        return cls(
            everything=everything,
            countries=frozenset(found["country"]),
            zones=frozenset(found["zone"]),
            aid_batches=frozenset(found["aid-batch"]),
        )

    def holds(self, zone: str, country: str) -> bool:
        """Tell whether the whole of a zone is seen."""
        return self.everything or zone in self.zones or country in self.countries

    def texts(self) -> list[str]:
        """Return the parts, as they are read."""
        return [
            *([_ALL] if self.everything else []),
            *(f"country:{each}" for each in sorted(self.countries)),
            *(f"zone:{each}" for each in sorted(self.zones)),
            *(f"aid-batch:{each}" for each in sorted(self.aid_batches)),
        ]


EVERYTHING: Final = Scope(everything=True)
NOTHING: Final = Scope()
