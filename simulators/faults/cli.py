"""Hold the fault rules against a simulated zone whose causes are known.

evaluate: days with labelled causes after a run-in, and how every rule fared. Labels we made
ourselves guard against regressions; they are no proof of performance in the field.
"""

import argparse
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from simulators.faults.evaluation import Evaluation

_DAYS: Final = 60
_SEED: Final = 1


def main(argv: list[str] | None = None) -> int:
    """Run an evaluation and return an exit status."""
    parser = argparse.ArgumentParser(prog="zonewatch faults", description=__doc__)
    parser.add_argument("command", choices=["evaluate"], help="what to do")
    parser.add_argument("--days", type=_days, default=_DAYS, help="how long things happen (60)")
    parser.add_argument("--seed", type=int, default=_SEED, help="what chance depends on (1)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    args = parser.parse_args(argv)
    from simulators.faults.evaluation import evaluate

    found = evaluate(days=args.days, seed=args.seed, tell=True)
    if args.json:
        print(json.dumps(document(found)))
    else:
        _print(found)
    return 0


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 366:  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"expected 1 to 366 days, got {text!r}")
    return days


def document(found: "Evaluation") -> dict[str, Any]:
    """Return an evaluation as programs read it."""
    return {
        "days": found.days,
        "devices": found.devices,
        "causes": found.scored.causes,
        "by_rule": {
            name: {
                "true_positive": tally.true_positive,
                "false_positive": tally.false_positive,
                "false_negative": tally.false_negative,
                "median_hours_to_detect": _rounded(tally.median_hours_to_detect),
            }
            for name, tally in found.scored.by_rule.items()
        },
        "messages": found.messages,
        "messages_per_cause": round(found.messages_per_cause, 3),
    }


def _rounded(hours: float | None) -> float | None:
    return None if hours is None else round(hours, 2)


def _print(found: "Evaluation") -> None:
    print(f"{found.days} days of {found.devices} devices; labels of our own, no field performance")
    print(f"  {'rule':<22}{'right':>7}{'wrong':>7}{'missed':>8}{'hours':>9}")
    for name, tally in found.scored.by_rule.items():
        counts = (tally.true_positive, tally.false_positive, tally.false_negative)
        if any(counts):
            right, wrong, missed = counts
            hours = tally.median_hours_to_detect
            told = "" if hours is None else f"{hours:.1f}"
            print(f"  {name:<22}{right:>7}{wrong:>7}{missed:>8}{told:>9}")
    per_cause = f"{found.messages_per_cause:.2f} a cause"
    print(f"  {found.messages} first messages of {found.scored.causes} causes: {per_cause}")
