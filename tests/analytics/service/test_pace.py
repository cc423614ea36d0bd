from analytics.service.pace import Pace


def test_what_takes_a_moment_never_waits() -> None:
    pace = Pace()
    assert pace.is_due()

    pace.took(0.9)

    assert pace.is_due()


def test_what_takes_long_waits_ten_times_as_long() -> None:
    pace = Pace()
    pace.took(3_600)
    assert not pace.is_due()

    pace.took(0.001)

    assert pace.is_due()


def test_beside_other_work_a_moment_waits_too() -> None:
    pace = Pace()
    assert pace.is_due(busy=True)

    pace.took(0.9)

    assert not pace.is_due(busy=True)
