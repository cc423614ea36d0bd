"""What looks implausible in what a device said; functions of values, nothing is asked here."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from gateway.profile import Profile
from ingest.contract.catalog import metric
from ingest.contract.metric import Kind

_HOUR: Final = timedelta(hours=1)
_CLOCK_TOLERANCE: Final = timedelta(minutes=5)  # [assumed] a clock that nobody sets drifts so far
_SURE: Final = 2.0  # steps of a counter that must have gone by before it counts as standing still
_POWERS: Final = {  # the power that moves a counter
    "energy_generated": ("active_power", "pv_power"),
    "energy_used": ("load_power",),
    "energy_delivered": ("active_power",),
}
_KWH_PER_WS: Final = 1 / 3_600_000

Values = Mapping[str, float | None]


def implausible(profile: Profile, values: Values) -> Iterator[str]:
    """Yield what is wrong with one answer."""
    for name, value in values.items():
        known = metric(profile.device_classes[0], name)
        if known and value is not None and not known.low <= value <= known.high:
            yield f"{name} {value:g} {known.unit} is outside {known.low:g} to {known.high:g}"
    for product in profile.products:
        first, second, of = (values.get(name) for name in (*product.factors, product.of))
        if first is None or second is None or of is None:
            continue
        expected = first * second
        larger = max(abs(expected), abs(of))
        if larger >= product.above and abs(expected - of) > product.within_percent / 100 * larger:
            yield f"{' × '.join(product.factors)} is {expected:.4g}, but {product.of} is {of:g}"


def standing_still(
    profile: Profile, before: Values, after: Values, between: timedelta
) -> Iterator[str]:
    """Yield counters that went back, or stood still though power flowed for long enough."""
    for name, value in after.items():
        known = metric(profile.device_classes[0], name)
        earlier = before.get(name)
        if known is None or known.kind is not Kind.COUNTER or value is None or earlier is None:
            continue
        if value < earlier:
            yield f"{name} went back from {earlier:g} to {value:g} {known.unit}"
        elif value == earlier and _flowed(name, before, after, between) > _SURE * _step(
            profile, name
        ):
            yield f"{name} stands still at {value:g} {known.unit} though power flows"


def _flowed(name: str, before: Values, after: Values, between: timedelta) -> float:
    """Return the least energy that the power seen brings. [kWh]"""
    powers = [(before.get(each), after.get(each)) for each in _POWERS.get(name, ())]
    least = [min(first, last) for first, last in powers if first is not None and last is not None]
    return max(least, default=0.0) * between.total_seconds() * _KWH_PER_WS


def _step(profile: Profile, name: str) -> float:
    """Return how much a counter's register counts at a time; where it is not known, much."""
    decimals = next((point.decimals for point in profile.points if point.metric == name), 0)
    return 10.0**-decimals


def wrong_clock(shown: datetime, now: datetime, offset: timedelta) -> str | None:
    """Return what is wrong with a clock: what it shows, without a zone, and what it should.

    `offset` is how far local time is ahead of UTC.
    """
    ahead = shown - (now + offset).replace(tzinfo=None)
    if abs(ahead) <= _CLOCK_TOLERANCE:
        return None
    hours = round(ahead / _HOUR)
    if hours and abs(ahead - hours * _HOUR) <= _CLOCK_TOLERANCE:
        way = "ahead" if hours > 0 else "behind"
        hint = ", as on Beijing time in a country at UTC+7" if hours == 1 else ""
        return f"its clock is {_hours(abs(hours))} {way}{hint}"
    return f"its clock shows {shown:%Y-%m-%d %H:%M:%S}, {ahead.total_seconds():+.0f} s off"


def _hours(count: int) -> str:
    return "one hour" if count == 1 else f"{count} hours"
