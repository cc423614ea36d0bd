"""Records that a gateway took and that nobody holds any more: the promise itself, broken."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from analytics.faults.fault import Fault
from analytics.faults.rules import rule
from ingest.contract.ranges import Ranges

_MISSING: Final = "records_missing"


def records_missing(
    missing: Mapping[str, Mapping[str, Ranges]], *, standing: Iterable[Fault], now: int
) -> list[Fault]:
    """Return a fault of each gateway with records missing, and the all-clear of the others.

    It begins when it is noticed: when they were lost, nobody knows.

    Args:
        missing: Numbers of records by gateway and boot, as the ledger has them.
        standing: What is known.
        now: Our clock. [microseconds]
    """
    known = {
        fault.subject: fault
        for fault in standing
        if fault.rule == _MISSING and fault.cleared_at is None
    }
    lost = {gateway: boots for gateway, boots in missing.items() if any(boots.values())}
    over = [replace(each, cleared_at=now) for name, each in known.items() if name not in lost]
    return [_fault(known.get(name), name, lost[name].values(), now) for name in sorted(lost)] + over


def _fault(before: Fault | None, gateway: str, boots: Iterable[Ranges], now: int) -> Fault:
    own = rule(_MISSING)
    numbers = [each for each in boots if each]
    since = now if before is None else before.began_at
    evidence = {"records": float(sum(each.count for each in numbers))}
    if len(numbers) == 1:  # of one boot its range can be told
        pairs = numbers[0].pairs
        evidence |= {"first": float(pairs[0][0]), "last": float(pairs[-1][1])}
    return Fault(
        rule=own.id,
        subject=gateway,
        consequence=own.consequence,
        began_at=since,
        raised_at=since,
        proven_at=now if before is None else before.proven_at,
        evidence=evidence,
    )
