"""Which spans of readings are held against the rules again, because something of them is new."""

from collections.abc import Iterable, Iterator
from typing import Final

from ingest.contract.metric import DeviceClass
from ingest.contract.period import DAY_US, HOUR_US, Period

LEAD_US: Final = 3 * HOUR_US  # a delay that ends among new readings began within it
_CONTEXT_US: Final = {
    DeviceClass.AIR_STATION: 8 * HOUR_US,
    DeviceClass.MOBILE_AIR_STATION: 8 * HOUR_US,
}
_JOINED_US: Final = 6 * HOUR_US


def context_us(device_class: DeviceClass) -> int:
    """Return how far back readings matter for what is said of later ones."""
    return _CONTEXT_US.get(device_class, HOUR_US)


def segments(hours: Iterable[int], now: int) -> list[Period]:
    """Return the spans to judge: touched hours with what they reach, those near now up to now."""
    found: list[Period] = []
    for hour in sorted(set(hours)):
        start, end = hour - LEAD_US, hour + HOUR_US + LEAD_US
        if found and start - found[-1].end <= _JOINED_US:
            found[-1] = Period(found[-1].start, max(found[-1].end, end))
        else:
            found.append(Period(start, end))
    if found and now - found[-1].end <= _JOINED_US:
        # Some clocks are ahead of ours.
        found[-1] = Period(found[-1].start, max(found[-1].end, now + HOUR_US))
    return found


def by_days(span: Period) -> Iterator[Period]:
    """Yield a span in pieces of a day."""
    for start in range(span.start, span.end, DAY_US):
        yield Period(start, min(start + DAY_US, span.end))
