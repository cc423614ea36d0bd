"""Environmental warnings out of limits exceeded."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

from analytics.air.exceeding import Exceedance
from analytics.air.limits import Limit, limits
from analytics.faults.ahead import limits_exceeded
from analytics.faults.fault import Consequence
from ingest.contract.identity import DeviceId
from ingest.contract.period import micros

_NOON = datetime(2026, 10, 30, 5, tzinfo=UTC)
_NOW = micros(_NOON)


def _limit(country: str, pollutant: str, averaging: str) -> Limit:
    return next(
        each
        for each in limits()
        if (each.jurisdiction, each.pollutant, each.averaging) == (country, pollutant, averaging)
    )


def _exceeded(pollutant: str, averaging: str, hours_ago: int, over: int | None) -> Exceedance:
    since = _NOON - timedelta(hours=hours_ago)
    return Exceedance(
        station=DeviceId("kh-air-1"),
        pollutant=pollutant,
        limit=_limit("KH", pollutant, averaging),
        since=since,
        cleared=None if over is None else _NOON - timedelta(hours=over),
        highest=Fraction(80),
    )


def test_a_limit_exceeded_is_a_warning_of_the_environment() -> None:
    (fault,) = limits_exceeded(
        [_exceeded("pm25", "24h", 5, None)], heard_until={"kh-air-1": _NOW}, now=_NOW
    )

    assert fault.consequence is Consequence.ENVIRONMENT
    assert fault.evidence == {
        "pm25_24h": 80,
        "pm25_24h_limit": float(_limit("KH", "pm25", "24h").value),
    }
    assert (fault.late, fault.cleared_at) == (False, None)


def test_two_limits_exceeded_in_one_hour_are_two_faults() -> None:
    found = limits_exceeded(
        [
            _exceeded("pm25", "24h", 5, None),
            replace(
                _exceeded("pm25", "24h", 5, None),
                pollutant="pm10",
                limit=_limit("LA", "pm25", "24h"),
            ),
        ],
        heard_until={"kh-air-1": _NOW},
        now=_NOW,
    )

    assert len({fault.began_at for fault in found}) == 2


def test_what_was_over_long_before_it_was_known_is_history() -> None:
    known = {"kh-air-1": _NOW - 20 * 3_600_000_000}

    over, unknown, fresh = (
        limits_exceeded([each], heard_until=until, now=_NOW)[0].late
        for each, until in (
            (_exceeded("pm25", "24h", 30, 20), {"kh-air-1": _NOW}),
            (_exceeded("pm25", "24h", 30, None), known),
            (_exceeded("pm25", "24h", 30, 0), {"kh-air-1": _NOW}),
        )
    )

    assert (over, unknown, fresh) == (True, True, False)
