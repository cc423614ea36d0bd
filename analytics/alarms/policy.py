"""What the table of alarms says: causes that faults share, waits, priorities, escalation."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final, TypeVar

from analytics.alarms.alarm import CauseKind
from analytics.faults.fault import Priority, RuleId
from analytics.faults.rules import rules
from ingest.contract.metric import DeviceClass
from ingest.registry.model import GridConnection

_OTHER: Final = RuleId("other")
_US: Final = 1_000_000
_T = TypeVar("_T")


class Scope(StrEnum):
    """Whose faults are looked at together."""

    ZONE = "zone"
    SITE = "site"
    GATEWAY = "gateway"
    OPERATOR = "operator"  # of SIM cards, in one zone


class Counted(StrEnum):
    """What is counted."""

    DEVICES = "devices"
    GATEWAYS = "gateways"


@dataclass(frozen=True, slots=True, kw_only=True)
class Common:
    """A cause that several devices or gateways share."""

    kind: CauseKind
    scope: Scope
    of: Counted
    rules: frozenset[RuleId]
    classes: frozenset[DeviceClass]  # empty: all
    grid: GridConnection | None
    within_us: int  # from the first of its faults to the last
    at_least: int
    share_percent: int  # of those in scope
    spared: bool  # whether it takes others beside them that go on


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """When steps follow the first notice while nobody has acknowledged. [microseconds]"""

    after_us: tuple[int, ...]
    repeat_us: int  # behind the last step


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How faults become alarms and alarms notices; lengths of time in microseconds."""

    interval_us: int
    grown_times: float
    again_within_us: int
    settle_us: int
    chattering_raises: int
    chattering_within_us: int
    stale_after_us: int
    stays_mended_us: int
    waits_us: Mapping[RuleId, int]
    priorities_of_cause: Mapping[CauseKind, Priority]
    escalations: Mapping[Priority, Escalation]
    explains: Mapping[RuleId, frozenset[RuleId]]
    hidden: frozenset[RuleId]  # by a dead gateway
    common: tuple[Common, ...]

    def wait_us(self, rule: RuleId) -> int:
        """Return how long after its proof a fault of a rule is told of."""
        return self.waits_us.get(rule, self.waits_us[_OTHER])

    def priority(self, kind: CauseKind, rule: RuleId) -> Priority:
        """Return how soon somebody has to act on a cause."""
        # A gateway's own fault has its rule's; what many behind it have is a line that is cut.
        alone = kind is CauseKind.GATEWAY and rule not in self.hidden
        shared = None if alone else self.priorities_of_cause.get(kind)
        known = rules().get(rule)
        return shared or (Priority.LOW if known is None else known.priority)


@cache
def policy() -> Policy:
    """Return what the table says."""
    table = tomllib.loads(files("analytics.alarms").joinpath("policy.toml").read_text("utf-8"))
    return Policy(
        interval_us=table["interval_s"] * _US,
        grown_times=table["grown_times"],
        again_within_us=table["again_within_s"] * _US,
        settle_us=table["settle_s"] * _US,
        chattering_raises=table["chattering_raises"],
        chattering_within_us=table["chattering_within_s"] * _US,
        stale_after_us=table["stale_after_s"] * _US,
        stays_mended_us=table["stays_mended_s"] * _US,
        waits_us=_by_rule({rule: seconds * _US for rule, seconds in table["wait_s"].items()}),
        priorities_of_cause=MappingProxyType(
            {CauseKind(k): Priority(text) for k, text in table["priority_of_cause"].items()}
        ),
        escalations=MappingProxyType(
            {Priority(name): _escalation(one) for name, one in table["escalation"].items()}
        ),
        explains=_by_rule({source: _rules(own) for source, own in table["explains"].items()}),
        hidden=_rules(table["hidden"]["rules"]),
        common=tuple(_common(one) for one in table["common"]),
    )


def _by_rule(found: Mapping[str, _T]) -> Mapping[RuleId, _T]:
    return MappingProxyType({RuleId(rule): one for rule, one in found.items()})


def _rules(names: list[str]) -> frozenset[RuleId]:
    return frozenset(map(RuleId, names))


def _escalation(one: Mapping[str, Any]) -> Escalation:
    after = tuple(seconds * _US for seconds in one["after_s"])
    return Escalation(after_us=after, repeat_us=one["repeat_s"] * _US)


def _common(one: Mapping[str, Any]) -> Common:
    return Common(
        kind=CauseKind(one["kind"]),
        scope=Scope(one["scope"]),
        of=Counted(one["of"]),
        rules=_rules(one["rules"]),
        classes=frozenset(map(DeviceClass, one.get("classes", ()))),
        grid=GridConnection(one["grid"]) if "grid" in one else None,
        within_us=one["within_s"] * _US,
        at_least=one["at_least"],
        share_percent=one["share_percent"],
        spared=one.get("spared", False),
    )
