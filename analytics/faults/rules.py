"""The fault rules as rules.toml has them: thresholds and delays, by device class and profile."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, cast

from analytics.faults.fault import Consequence, Priority, RuleId
from ingest.contract.metric import DeviceClass

_SECOND_US: Final = 1_000_000

Numbers = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """Other numbers for a device class or a profile; None: whatever it is."""

    device_class: str | None
    profile: str | None
    numbers: Numbers

    def fits(self, device_class: DeviceClass, profile: str) -> bool:
        """Tell whether a device is meant."""
        return self.device_class in (None, device_class) and self.profile in (None, profile)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What raises a fault, what clears it, and what becomes of it."""

    id: RuleId
    classes: frozenset[DeviceClass]  # none: a condition of gateways
    consequence: Consequence
    priority: Priority
    on_delay_us: int  # how long the condition holds before a fault is raised
    off_delay_us: int  # how long it is over before the fault is cleared
    explained_by: tuple[RuleId, ...]  # rules whose open fault of the same device says it all
    metrics: tuple[str, ...]
    defaults: Numbers
    variants: tuple[Variant, ...]
    evidence: str
    source: str

    def numbers(self, device_class: DeviceClass, profile: str) -> Numbers:
        """Return the numbers that hold for a device; of two that fit the later one wins."""
        found = dict(self.defaults)
        for each in self.variants:
            if each.fits(device_class, profile):
                found |= each.numbers
        return found


@cache
def rules() -> Mapping[RuleId, Rule]:
    """Return every rule by its id, in the order in which they are judged: causes come first."""
    text = files("analytics.faults").joinpath("rules.toml").read_text(encoding="utf-8")
    return MappingProxyType({rule.id: rule for rule in read_rules(text)})


def rule(id_: str) -> Rule:
    """Return the rule of an id."""
    return rules()[RuleId(id_)]


def read_rules(text: str) -> list[Rule]:
    """Read rules; `of` tables belong to the rule in front of them."""
    return [_rule(row) for row in cast("list[dict[str, Any]]", tomllib.loads(text)["rule"])]


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(
        id=RuleId(row["id"]),
        classes=frozenset(DeviceClass(each) for each in row["classes"]),
        consequence=Consequence(row["consequence"]),
        priority=Priority(row.get("priority", Priority.LOW)),
        on_delay_us=round(row.get("on_delay_s", 0) * _SECOND_US),
        off_delay_us=round(row.get("off_delay_s", 0) * _SECOND_US),
        explained_by=tuple(RuleId(each) for each in row.get("explained_by", ())),
        metrics=tuple(row.get("metrics", ())),
        defaults=_numbers(row),
        variants=tuple(_variant(each) for each in cast("Sequence[Any]", row.get("of", ()))),
        evidence=row["evidence"],
        source=row["source"],
    )


def _variant(row: Mapping[str, Any]) -> Variant:
    return Variant(
        device_class=row.get("device_class"), profile=row.get("profile"), numbers=_numbers(row)
    )


def _numbers(row: Mapping[str, Any]) -> Numbers:
    return MappingProxyType({name: float(value) for name, value in row.get("numbers", {}).items()})
