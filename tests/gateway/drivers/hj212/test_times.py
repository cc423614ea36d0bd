from datetime import UTC, datetime, timedelta

import pytest

from gateway.drivers.hj212.times import parse_time, write_time

BEIJING = timedelta(hours=8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260310115900", datetime(2026, 3, 10, 3, 59, tzinfo=UTC)),
        ("20260310000000", datetime(2026, 3, 9, 16, tzinfo=UTC)),
        ("20260310115900250", datetime(2026, 3, 10, 3, 59, 0, 250_000, tzinfo=UTC)),
        ("20240229235959", datetime(2024, 2, 29, 15, 59, 59, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_its_clocks_offset(text: str, expected: datetime) -> None:
    assert parse_time(text, BEIJING) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "2026", "20260310115960", "20261310115900", "20260229000000", "2026031011590"),
        *("2026-03-10 1159", "202603101159000", "２０260310115900", "00000000000000"),
        "00010101000000",
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert parse_time(text, BEIJING) is None


def test_what_is_written_can_be_read() -> None:
    moment = datetime(2026, 3, 10, 3, 59, 7, 250_000, tzinfo=UTC)

    assert write_time(moment, BEIJING) == "20260310115907"
    assert write_time(moment, BEIJING, milliseconds=True) == "20260310115907250"
