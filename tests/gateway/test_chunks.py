"""Chunks lie in columns, say all that the records said, and stay below the wire's limit."""

import random
from datetime import date

import pytest

from gateway.chunks import TARGET_BYTES, parts_of, seal_chunk
from gateway.outbox import Held
from gateway.wire import decode
from ingest.contract.chunk import Account, Chunk, Part, parse_chunk
from ingest.contract.quality import Quality
from ingest.contract.ranges import Ranges
from tests.gateway.builders import FIRST_BOOT, NOON, SECOND_BOOT, a_record

NOON_MS = 1_795_521_600_000  # 2026-11-24T12:00:00Z


def an_account(head: int) -> Account:
    return Account(boot=FIRST_BOOT, head=head, low=1, days={date(2026, 11, 24): (1, head)})


def noisy_rows(count: int) -> list[Held]:
    """Rows that deflate badly."""
    noise = random.Random(1)
    return [
        Held(
            number,
            a_record(
                f"lamp-{number % 7}",
                minute=number,
                values={f"metric_{place}": round(noise.random(), 6) for place in range(12)},
            ),
        )
        for number in range(1, count + 1)
    ]


def opened(payload: bytes) -> Chunk:
    chunk, defects = parse_chunk(decode(payload))
    assert defects == ()
    return chunk


def test_records_become_one_part_a_device_and_one_column_a_metric() -> None:
    rows = [
        Held(
            4,
            a_record(
                "lamp-1",
                values={"load_power": 60.0, "battery_soc": None},
                quality={"battery_soc": Quality.MISSING},
            ),
        ),
        Held(5, a_record("lamp-2", values={"load_power": 0.0})),
        Held(7, a_record("lamp-1", minute=5, values={"reachable": 0})),
    ]

    parts = parts_of(rows)

    assert parts == (
        Part(
            device=rows[0].record.device,
            number=[4, 7],
            measured_at=[NOON_MS, NOON_MS + 300_000],
            values={
                "load_power": [60.0, None],
                "battery_soc": [None, None],
                "reachable": [None, 0],
            },
            quality={"battery_soc": [(0, 9)]},
        ),
        Part(
            device=rows[1].record.device,
            number=[5],
            measured_at=[NOON_MS],
            values={"load_power": [0.0]},
        ),
    )


def test_ingest_reads_what_the_gateway_sealed() -> None:
    rows = noisy_rows(50)

    sealed = seal_chunk(rows, account=an_account(60), held=(FIRST_BOOT, SECOND_BOOT), sent_at=NOON)

    assert sealed.numbers == Ranges.of((1, 50))
    assert opened(sealed.payload) == Chunk(
        account=an_account(60),
        sent_at=NOON,
        held=(FIRST_BOOT, SECOND_BOOT),
        parts=parts_of(rows),
    )


@pytest.mark.parametrize(
    ("newest", "expected"),
    [
        pytest.param(False, Ranges.of((1, 500)), id="the oldest"),
        pytest.param(True, Ranges.of((1_501, 2_000)), id="the newest"),
    ],
)
def test_too_large_a_chunk_is_halved_until_it_fits(*, newest: bool, expected: Ranges) -> None:
    sealed = seal_chunk(
        noisy_rows(2_000), account=an_account(2_000), held=(), sent_at=NOON, newest=newest
    )

    assert sealed.numbers == expected
    assert TARGET_BYTES // 2 < len(sealed.payload) <= TARGET_BYTES
    assert opened(sealed.payload).numbers == expected


def test_rows_of_many_devices_are_halved_until_the_columns_fit() -> None:
    rows = [
        Held(number, a_record(f"lamp-{number}", values={f"m{place}": 1.0 for place in range(10)}))
        for number in range(1, 1_001)
    ]

    sealed = seal_chunk(rows, account=an_account(1_000), held=(), sent_at=NOON)

    assert sealed.numbers == Ranges.of((1, 250))  # 400 devices are allowed 4,000 columns


def test_one_record_is_sent_whatever_its_size() -> None:
    row = Held(1, a_record(values={f"metric_{place:04}": 0.1 for place in range(800)}))

    sealed = seal_chunk([row], account=an_account(1), held=(), sent_at=NOON)

    assert opened(sealed.payload).numbers == Ranges.of((1, 1))


def test_a_chunk_without_rows_asks_to_acknowledge_what_was_thinned() -> None:
    account = Account(
        boot=FIRST_BOOT,
        head=9,
        low=10,
        thinned=Ranges.of((2, 3)),
        days={date(2026, 11, 24): (1, 9)},
    )

    sealed = seal_chunk([], account=account, held=(FIRST_BOOT,), sent_at=NOON)

    assert sealed.numbers == Ranges.of((2, 3))
    assert opened(sealed.payload).account == account


def test_the_fullest_account_leaves_a_chunk_below_the_limit() -> None:
    account = Account(
        boot=FIRST_BOOT,
        head=10**9,
        low=1,
        thinned=Ranges.from_numbers(range(500_000_000, 500_000_000 + 800, 2)),
        days={date(2026, 11, day): (day * 10**7, day * 10**7 + 1) for day in range(1, 31)}
        | {date(2026, 12, 1): (1, 2)},
    )
    held = tuple(type(FIRST_BOOT)(f"{FIRST_BOOT}-{place}") for place in range(200))
    values = {f"metric_{random.Random(place).random()}": 0.1 for place in range(500)}

    sealed = seal_chunk(
        [Held(1, a_record(values=values))], account=account, held=held, sent_at=NOON
    )

    assert len(sealed.payload) <= 65_536
