"""How many first messages faults make: one for one cause."""

from collections.abc import Sequence

from analytics.faults.fault import Consequence, Fault
from ingest.contract.period import DAY_US, HOUR_US, Period
from ingest.registry.registry import Registry

_TOLD = (Consequence.ALARM, Consequence.WARNING, Consequence.ENVIRONMENT)


def first_messages(registry: Registry, faults: Sequence[Fault], span: Period) -> int:
    """Return how many causes are told of in a span.

    What is wrong with one device at a time is one cause; so are gateways on the cards of one
    operator that fall silent within an hour, sets that go dark within an hour, and bad air.
    """
    told = [each for each in faults if each.consequence in _TOLD and not each.late]
    open_until: dict[str, int] = {}
    count = 0
    for fault in sorted(told, key=lambda each: each.raised_at):
        key = _cause(registry, fault)
        if fault.raised_at > open_until.get(key, 0) and fault.raised_at in span:
            count += 1
        end = span.end if fault.cleared_at is None else fault.cleared_at
        open_until[key] = max(open_until.get(key, 0), end, fault.raised_at + _together(fault))
    return count


def _cause(registry: Registry, fault: Fault) -> str:
    if fault.rule == "gateway_down":
        gateway = registry.gateway(fault.subject)
        card = registry.sim_card(gateway.sim) if gateway and gateway.sim else None
        return f"operator {card.operator if card else fault.subject}"
    if fault.consequence is Consequence.ENVIRONMENT:
        return "air"
    return fault.subject


def _together(fault: Fault) -> int:
    """Return how long after a fault another one is of the same cause."""
    if fault.consequence is Consequence.ENVIRONMENT:
        return DAY_US
    return HOUR_US if fault.rule == "gateway_down" else 0
