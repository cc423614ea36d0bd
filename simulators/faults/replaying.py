"""A week that comes a second time, a month later: whoever is told of it was told before."""

from analytics.faults.fault import Consequence, Fault
from analytics.faults.reconcile import reconciled
from simulators.faults.evaluation import Evaluation

_TOLD = (Consequence.ALARM, Consequence.WARNING, Consequence.ENVIRONMENT)


def newly_told(evaluation: Evaluation) -> list[Fault]:
    """Return what somebody would be told of a replay of the evaluation's last days."""
    found = evaluation.observer.judged_again()
    changed = reconciled(evaluation.faults, found)
    return [
        each
        for each in changed
        if each.consequence in _TOLD and not each.late and each.cleared_at is None
    ]
