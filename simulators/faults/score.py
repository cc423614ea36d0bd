"""What was found, held against the labels: right, wrong, missed, and how long it took."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Final

from analytics.faults.fault import Consequence, Fault, RuleId
from analytics.faults.rules import rules
from ingest.contract.period import DAY_US, HOUR_US, Period
from simulators.faults.labels import Kind, Label

_GRACE_US: Final = 2 * DAY_US  # what is judged by days is told when a day has passed
_RECOVERY_US: Final = 5 * DAY_US
_SHORT_US: Final = round(1.5 * DAY_US)
_TOLD: Final = (Consequence.ALARM, Consequence.WARNING, Consequence.ENVIRONMENT)
_NATURAL: Final = ("humidity",)  # the weather's own, of which there is no label
_AWAY: Final = (
    Kind.GATEWAY_DEAD,
    Kind.NETWORK_LOST,
    Kind.SIM_EMPTY,
    Kind.OURS_DOWN,
    Kind.CLOCK_WRONG,
)


@dataclass(slots=True)
class Tally:
    """How one rule fared."""

    true_positive: int = 0
    false_positive: int = 0
    false_negative: int = 0
    hours: list[float] = field(default_factory=list)

    @property
    def median_hours_to_detect(self) -> float | None:
        """Between a cause's beginning and the alarm; None where nothing was found."""
        return median(self.hours) if self.hours else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """How all rules fared."""

    by_rule: Mapping[RuleId, Tally]
    wrong: Sequence[Fault]
    missed: Sequence[tuple[Label, RuleId]]
    causes: int  # that somebody has to be told of


def score(
    labels: Sequence[Label],
    faults: Sequence[Fault],
    *,
    gateway_of: Mapping[str, str],
    span: Period,
    true_exceedances: Mapping[str, Sequence[Period]],
) -> Scored:
    """Return how rules fared in a span.

    Args:
        labels: What happened.
        faults: What was found.
        gateway_of: The gateway of each device.
        span: Faults raised and causes begun outside it are not counted.
        true_exceedances: When limits were truly exceeded, by station.
    """
    told = [each for each in faults if not each.late and each.raised_at in span]
    tallies = {name: Tally() for name in rules()}
    found: set[tuple[int, RuleId]] = set()
    wrong: list[Fault] = []
    for fault in (each for each in told if each.rule not in _NATURAL):
        right = {(n, fault.rule) for n, label in enumerate(labels) if _fits(label, fault)}
        found |= right
        if not right and _truly(fault, true_exceedances):
            tallies[fault.rule].true_positive += 1
        elif not right:
            wrong.append(fault)
            tallies[fault.rule].false_positive += 1
    for number, name in sorted(found):
        _count(tallies[name], labels[number], name, told)
    missed = list(_missed(labels, found, gateway_of, span))
    for _, name in missed:
        tallies[name].false_negative += 1
    causes = {number for number, name in found if rules()[name].consequence in _TOLD}
    return Scored(by_rule=tallies, wrong=wrong, missed=missed, causes=len(causes))


def _missed(
    labels: Sequence[Label],
    found: set[tuple[int, RuleId]],
    gateway_of: Mapping[str, str],
    span: Period,
) -> Iterator[tuple[Label, RuleId]]:
    """Yield the causes that a rule had to find, could have found, and did not."""
    for number, label in enumerate(labels):
        if label.period.start in span and not _hidden(label, labels, gateway_of, span):
            for name in sorted(label.must):
                if (number, name) not in found:
                    yield label, RuleId(name)


def _fits(label: Label, fault: Fault) -> bool:
    of_it = label.kind is Kind.SMOKE or fault.subject in label.subjects
    end = label.period.end + _GRACE_US
    overlaps = fault.began_at < end and (
        fault.cleared_at is None or fault.cleared_at > label.period.start
    )
    return of_it and fault.rule in label.right and overlaps and fault.raised_at < end


def _truly(fault: Fault, truth: Mapping[str, Sequence[Period]]) -> bool:
    """Tell whether a limit was exceeded by itself, without a cause of ours."""
    return any(fault.began_at // HOUR_US * HOUR_US in each for each in truth.get(fault.subject, ()))


def _count(tally: Tally, label: Label, name: str, told: Sequence[Fault]) -> None:
    tally.true_positive += 1
    raised = [each.raised_at for each in told if each.rule == name and _fits(label, each)]
    if label.period.start > 0:
        tally.hours.append(max(min(raised) - label.period.start, 0) / HOUR_US)


def _in_bad_weather(label: Label, labels: Sequence[Label]) -> bool:
    """Tell whether neighbors' batteries were empty as well."""
    return any(
        other.kind is Kind.CLOUDY_WEEK
        and other.period.start < label.period.end
        and label.period.start < other.period.end + _RECOVERY_US
        for other in labels
    )


def _hidden(
    label: Label, labels: Sequence[Label], gateway_of: Mapping[str, str], span: Period
) -> bool:
    """Tell whether a cause could not be seen: its gateway was away, or it came too near the end."""
    if label.period.start + _GRACE_US > span.end:
        return True
    if label.kind is Kind.BATTERY_FAILS:
        return _in_bad_weather(label, labels)
    if label.period.end - label.period.start > _SHORT_US:
        return False
    own = {gateway_of.get(subject, subject) for subject in label.subjects}
    return any(
        other is not label
        and other.kind in _AWAY
        and other.period.start < label.period.end
        and label.period.start < other.period.end
        and (own & set(other.subjects))
        for other in labels
    )
