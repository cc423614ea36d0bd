"""Device-days by hand: a counter's increase belongs to the local day of the reading showing it."""

from datetime import UTC, date, datetime

from simulators.drill.figures import by_hand, differences
from simulators.drill.taken import Taken


def a_reading(
    hour: int, minute: int, kwh: float | None, *, doubtful: frozenset[str] = frozenset()
) -> Taken:
    at = datetime(2026, 11, 24, hour, minute, tzinfo=UTC)
    return Taken(
        gateway="gw",
        boot="b1",
        number=1,
        device="pv",
        measured_at=int(at.timestamp()) * 1_000_000,
        values={"energy_generated": kwh},
        doubtful=doubtful,
    )


def test_midnight_is_that_of_cambodia() -> None:
    found = by_hand(
        [
            a_reading(17, 1, 5.5),  # 00:01 of the next day there
            a_reading(16, 50, 5.0),
            a_reading(16, 40, 4.9),
        ]
    )

    assert found == {
        ("pv", date(2026, 11, 24)): (2, 100_000),
        ("pv", date(2026, 11, 25)): (1, 500_000),
    }


def test_a_counter_that_goes_back_adds_nothing_and_counts_on() -> None:
    found = by_hand([a_reading(1, minute, kwh) for minute, kwh in enumerate([5.0, 1.0, None, 1.2])])

    assert found == {("pv", date(2026, 11, 24)): (4, 200_000)}


def test_what_the_gateway_flagged_is_a_record_and_shows_no_increase() -> None:
    flagged = a_reading(16, 50, 5.0, doubtful=frozenset({"energy_generated"}))

    found = by_hand([a_reading(16, 40, 4.5), flagged, a_reading(17, 1, 5.5)])

    assert found == {
        ("pv", date(2026, 11, 24)): (2, 0),
        ("pv", date(2026, 11, 25)): (1, 1_000_000),
    }


def test_differences_name_both() -> None:
    day = date(2026, 11, 24)

    said = differences({("a", day): (1, 2)}, {("a", day): (1, 3), ("b", day): (1, 1)})

    assert said == [
        "a on 2026-11-24: (1, 2) records and mWh, not (1, 3)",
        "b on 2026-11-24: None records and mWh, not (1, 1)",
    ]
