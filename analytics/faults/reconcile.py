"""What was found, held against what is known: the same fault is never written twice.

A fault keeps the beginning it was first known by. What is found again may clear it, and may prove
it by fresh data; what was cleared stays so, unless it turns out to hold on, or to have held longer.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from analytics.faults.fault import Consequence, Fault

_FOREVER: Final = 2**63 - 1


def reconciled(known: Sequence[Fault], found: Iterable[Fault]) -> list[Fault]:
    """Return the faults to write: those that are new, and those of which something changed."""
    by_key: dict[tuple[str, ...], list[Fault]] = {}
    for fault in known:
        by_key.setdefault(_what(fault), []).append(fault)
    changed: dict[tuple[str, str, int], Fault] = {}
    for fault in sorted(found, key=lambda each: (each.began_at, each.raised_at)):
        own = by_key.setdefault(_what(fault), [])
        place = next((n for n, each in enumerate(own) if _overlap(each, fault)), None)
        if place is None:
            own.append(fault)
            changed[fault.rule, fault.subject, fault.began_at] = fault
            continue
        merged = _merged(own[place], fault)
        if merged != own[place]:
            own[place] = merged
            changed[merged.rule, merged.subject, merged.began_at] = merged
    return list(changed.values())


def _what(fault: Fault) -> tuple[str, ...]:
    """Return what a fault is of: of one station several limits may be exceeded at a time."""
    of = fault.evidence if fault.consequence is Consequence.ENVIRONMENT else ()
    return fault.rule, fault.subject, *sorted(of)


def _overlap(known: Fault, found: Fault) -> bool:
    return (known.began_at < _end(found) and found.began_at < _end(known)) or (
        known.began_at == found.began_at
    )


def _end(fault: Fault) -> int:
    return _FOREVER if fault.cleared_at is None else fault.cleared_at


def _merged(known: Fault, found: Fault) -> Fault:
    proven = known.late and not found.late
    cleared = found.cleared_at
    if cleared is not None and known.cleared_at is not None:
        cleared = max(cleared, known.cleared_at)  # history comes in pieces, each with an end
    return replace(
        known,
        cleared_at=cleared,
        late=known.late and found.late,
        proven_at=found.proven_at if proven else known.proven_at,
    )
