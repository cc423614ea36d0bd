"""Waits that double, are bounded, and are not the same for all."""

import pytest

from ingest.contract.patience import pause_s


@pytest.mark.parametrize(
    ("failures", "jitter", "expected_s"),
    [(0, 1.0, 1.0), (0, 0.0, 0.5), (3, 1.0, 8.0), (5, 1.0, 30.0), (99, 0.0, 15.0), (10**9, 1, 30)],
)
def test_a_wait_doubles_up_to_its_limit(failures: int, jitter: float, expected_s: float) -> None:
    assert pause_s(failures, first_s=1.0, longest_s=30.0, jitter=jitter) == expected_s
