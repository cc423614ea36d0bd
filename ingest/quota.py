"""How many entries a gateway may have in quarantine, so that its flood drowns nobody else's.

A quota is per gateway and UTC day of receipt. Within it, every refusal is an entry of its own.
Beyond the first bound, all that is refused of one message shares an entry, which can be replayed
like any other. Beyond the second, refusals are only counted, in one entry that says so. Records
stay counted in the ledger as quarantined, and every message stays in the archive, in any case.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from ingest.archive import Frame
from ingest.contract.identity import GatewayId
from ingest.contract.period import utc_day
from ingest.intake import Refusal

Source = tuple[GatewayId | None, date]
"""Whom a refusal is counted against: a gateway, None where none could be read, and the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many entries a gateway may have from one day."""

    apart: int = 1_000  # beyond: one a message
    entries: int = 10_000  # [assumed] a message every 10 seconds; beyond: only counted


USUAL: Final = Quota()


@dataclass(slots=True, kw_only=True)
class Admitted:
    """What of a frame's refusals becomes entries, and how many more there were."""

    entries: list[Refusal] = field(default_factory=list)
    beyond: dict[Source, list[Refusal]] = field(default_factory=dict)


def admit(
    frame: Frame, refusals: Iterable[Refusal], quota: Quota, known: Callable[[Source], int]
) -> Admitted:
    """Divide refusals, in order, into entries and what is only counted.

    Args:
        frame: The messages that the refusals are about.
        refusals: Which of their rows were refused, and why.
        quota: How many entries there may be.
        known: Tells how many entries there are of a source already.
    """
    admitted = Admitted()
    counts: dict[Source, int] = {}
    shared: dict[tuple[Source, int], list[Refusal]] = {}
    for refusal in refusals:
        source = (refusal.gateway, utc_day(frame.messages[refusal.message].received_at))
        if source not in counts:
            counts[source] = known(source)
        count, place = counts[source], (source, refusal.message)
        if place in shared:
            shared[place].append(refusal)
        elif count >= quota.entries:
            admitted.beyond.setdefault(source, []).append(refusal)
        else:
            counts[source] = count + 1
            if count >= quota.apart:
                shared[place] = [refusal]
            else:
                admitted.entries.append(refusal)
    admitted.entries += map(_together, shared.values())
    return admitted


def _together(refusals: Sequence[Refusal]) -> Refusal:
    """Return one refusal for all of a message."""
    first, *others = refusals
    if not others:
        return first
    numbers = first.numbers
    for other in others:
        numbers |= other.numbers
    boot = next((one.boot for one in refusals if one.boot is not None), None)
    reason = f"{first.reason} (and {len(others)} more reasons)"
    return replace(first, boot=boot, numbers=numbers, reason=reason, refusals=len(refusals))
