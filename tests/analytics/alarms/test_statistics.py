"""How many alarms people get: counted by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from analytics.alarms.alarm import Alarm, AlarmId, Cause, CauseKind
from analytics.alarms.failures import failure_rates
from analytics.alarms.mending import Repair
from analytics.alarms.statistics import AlarmStatistics, benchmarks, statistics
from analytics.faults.fault import Consequence, Priority, RuleId
from ingest.contract.period import DAY_US, Period, micros
from tests.analytics.alarms.builders import HOUR, MINUTE, POLICY, a_programme, an_alarm

MONDAY = micros(datetime(2026, 10, 5, tzinfo=UTC))
TWO_WEEKS = Period(MONDAY, MONDAY + 14 * DAY_US)


def raised(at: int, number: int = 1, subject: str = "lamp-0-1", **changed: object) -> Alarm:
    cause = Cause(kind=CauseKind.DEVICE, subject=subject, rule=RuleId("lamp_out"))
    alarm = an_alarm(id=AlarmId(number), cause=cause, raised_at=at, began_at=at)
    return replace(alarm, **changed)  # type: ignore[arg-type]


def found(*alarms: Alarm, technicians: int = 2, repairs: Sequence[Repair] = ()) -> AlarmStatistics:
    return statistics(alarms, repairs, TWO_WEEKS, technicians=technicians, policy=POLICY)


def test_the_rate_is_of_a_week_and_a_technician() -> None:
    alarms = [raised(MONDAY + n * HOUR, n + 1) for n in range(28)]

    told = found(*alarms, raised(MONDAY + 8 * DAY_US, 99))

    assert [(week.monday, week.alarms, week.a_day_per_technician) for week in told.weeks] == [
        (date(2026, 10, 5), 28, Decimal("2.0")),  # 28 in 7 days for two
        (date(2026, 10, 12), 1, Decimal("0.1")),
    ]


def test_without_technicians_there_is_no_rate() -> None:
    told = found(raised(MONDAY), technicians=0)

    assert [week.a_day_per_technician for week in told.weeks] == [None, None]
    assert told.overloaded_percent is None


def test_more_than_ten_in_ten_minutes_are_a_flood_until_fewer_than_five() -> None:
    flood = [raised(MONDAY + n * MINUTE // 2, n + 1) for n in range(11)]
    after = [raised(MONDAY + 12 * MINUTE, 20 + n) for n in range(5)]
    calm = [raised(MONDAY + 30 * MINUTE, 30 + n) for n in range(4)]

    told = found(*flood, *after, *calm)

    assert told.most_in_10_min == 11
    windows = 14 * 24 * 6
    assert told.flood_percent is not None
    assert round(told.flood_percent * windows / 100) == 2


def test_history_and_air_page_no_technician() -> None:
    told = found(
        raised(MONDAY, suppressed="late"),
        raised(MONDAY, 2, consequence=Consequence.ENVIRONMENT),
        raised(MONDAY, 3, priority=Priority.HIGH),
    )

    assert told.alarms == 1
    assert told.mix_percent == {Priority.LOW: 0, Priority.MEDIUM: 0, Priority.HIGH: 100}


def test_the_commonest_causes_come_first() -> None:
    told = found(
        *(raised(MONDAY + n * HOUR, n + 1, "lamp-0-7") for n in range(3)), raised(MONDAY, 9)
    )

    assert [(one.cause.subject, one.alarms, one.share_percent) for one in told.top] == [
        ("lamp-0-7", 3, Decimal(75)),
        ("lamp-0-1", 1, Decimal(25)),
    ]


def test_more_than_ten_tickets_a_day_and_technician_are_too_many() -> None:
    tickets = [Repair(id=n, alarm=AlarmId(n), opened_at=MONDAY + n * MINUTE) for n in range(21)]

    told = found(repairs=tickets)

    assert told.overloaded_percent is not None
    assert round(told.overloaded_percent * 14 / 100) == 1


def test_each_benchmark_says_where_it_is_from() -> None:
    assert {each.standard for each in benchmarks()} == {
        *("EEMUA 191", "ISA-18.2-2009", "IEC 62682:2014", "ISA-18.2", "")
    }
    assert all(each.source and each.evidence in {"source", "assumed"} for each in benchmarks())


def test_a_failure_rate_is_per_hundred_devices_and_year() -> None:
    year = Period(MONDAY, MONDAY + 365 * DAY_US)
    silent = Cause(kind=CauseKind.DEVICE, subject="lamp-0-3", rule=RuleId("device_silent"))
    alarms = [
        raised(MONDAY, 1, "lamp-0-1"),
        raised(MONDAY + DAY_US, 2, "lamp-1-1"),
        raised(MONDAY, 3, cause=silent),
    ]

    (lamps, sets) = failure_rates(alarms, a_programme(2, 10, 5), year, by_lot=False)

    assert (lamps.devices, lamps.failures, lamps.a_year_per_100) == (20, 2, Decimal("10.0"))
    assert (sets.failures, sets.a_year_per_100) == (0, Decimal(0))


def test_a_day_is_too_short_for_a_rate() -> None:
    day = Period(MONDAY, MONDAY + DAY_US)

    (lamps,) = failure_rates([raised(MONDAY)], a_programme(1, 10), day, by_lot=True)

    assert lamps.a_year_per_100 is None
