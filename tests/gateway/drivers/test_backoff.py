from gateway.drivers.modbus.backoff import Backoff


def test_a_line_that_never_failed_may_be_tried() -> None:
    assert Backoff().allows(0.0)


def test_each_failure_in_a_row_doubles_the_wait() -> None:
    backoff = Backoff()

    backoff.failed(0.0)
    backoff.failed(1.0)

    assert not backoff.allows(1.19)
    assert backoff.allows(1.2)


def test_a_success_ends_the_row() -> None:
    backoff = Backoff()
    for _ in range(10):
        backoff.failed(0.0)

    backoff.succeeded()
    backoff.failed(1_000.0)

    assert not backoff.allows(1_000.09)
    assert backoff.allows(1_000.1)
