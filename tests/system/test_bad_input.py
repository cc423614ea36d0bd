"""Bad messages through a real broker: each ends in quarantine with its reason, and life goes on."""

import random
import threading
import zlib
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from ingest.broker.process import mosquitto
from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from tests.builders import a_device, a_registry
from tests.ingest.arrivals import EVENING_MS, MINUTE_MS, a_chunk, a_part
from tests.system.harness import Bench, running_bench

_TOPIC = "zw/1/kh-gw-1/up/chunk"
_NOW = datetime(2026, 10, 31, 6, 0, tzinfo=UTC)
_REGISTRY = a_registry(a_device("kh-lamp-1"), more=[a_device("kh-lamp-9", gateway="kh-gw-2")])
_MIB = 1_048_576


def a_bomb(mebibytes: int) -> bytes:
    """Return deflated zeros; as each MiB is a block of its own, it can stand there repeatedly."""
    packer = zlib.compressobj(9)
    first = packer.compress(bytes(_MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(_MIB)) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + (mebibytes - 1) * block + packer.flush()


def a_row(number: int, **changed: object) -> dict[str, object]:
    """Return a chunk of one record."""
    return a_chunk(a_part([60.0], first=number, **changed))


def lit(bench: Bench) -> list[float]:
    """Return the lamp's stored load power."""
    span = Period(EVENING_MS * 1_000, EVENING_MS * 1_000 + 3_600_000_000)
    lamp = [DeviceId("kh-lamp-1")]
    block = bench.backend.sources.store.read(DeviceClass.STREETLIGHT, lamp, span)
    return list(block.values.get("load_power", ()))


async def goes_on(bench: Bench, *, number: int, stored: int) -> None:
    """Assert that a good chunk is stored now, and that nothing that was there before is lost."""
    bench.publish(_TOPIC, a_row(number))
    await bench.until(lambda: bench.account().stored + bench.account().repeated == stored + 1)
    account = bench.account()
    assert account.balanced
    assert (account.missing, account.pending) == (0, 0)
    assert lit(bench) == [60.0] * (stored + 1)


_WHOLE: Sequence[tuple[str, str, object, str]] = [
    ("random bytes", "chunk", random.Random(3).randbytes(2_000), "payload: expected plain JSON"),
    ("random bytes as JSON", "chunk", b"{\x00\xff\xfe", "payload: expected JSON"),
    ("random bytes as zlib", "chunk", b"\x78" + bytes(200), "payload: expected a sound zlib"),
    ("empty", "chunk", b"", "payload: expected plain JSON"),
    ("a bomb of 40 MiB, 40 KB on the wire", "chunk", a_bomb(40), "more than 1048576 bytes inflat"),
    ("beyond the wire limit", "chunk", b"{" + bytes(70_000), "more than 65536 bytes on the wire"),
    ("a bomb of 200 MiB", "chunk", a_bomb(200), "more than 65536 bytes on the wire"),
    (
        "NaN in plain JSON",
        "chunk",
        b'{"boot":"b","head":1,"low":1,"parts":[{"values":{"load_power":[NaN]}}]}',
        "parts[0].number: expected a list",
    ),
    ("an unknown topic", "chunk/part", a_row(2), "unknown topic 'zw/1/kh-gw-1/up/chunk/part'"),
    ("a reading of a gateway itself", "reading", a_row(2), "unknown device kh-gw-1"),
    ("a list", "chunk", b'{"parts":{}}', "parts: expected a list"),
    ("a deep nest", "chunk", b'{"a":' * 9_000, "payload: expected JSON"),
    ("a birth that is none", "birth", a_row(2), "connection: expected a whole number"),
]

_ROWS: Sequence[tuple[str, dict[str, object], str]] = [
    (
        "a device of another gateway",
        {"device": "kh-lamp-9"},
        "device kh-lamp-9 belongs to another gateway, kh-gw-2",
    ),
    ("an unknown device", {"device": "kh-lamp-7"}, "unknown device kh-lamp-7"),
    (
        "1970",
        {"measured_at": [1_000]},
        "impossible time: measured 1970-01-01T00:00:01Z, before 2000",
    ),
    (
        "2100",
        {"measured_at": [4_102_444_800_000]},
        "impossible time: measured 2100-01-01T00:00:00Z, after it was received",
    ),
    (
        "a text for a number",
        {"values": {"load_power": ["60"]}},
        "load_power: expected a finite number, got '60'",
    ),
    ("a record that says nothing", {"values": {}}, "a record that says nothing"),
]


async def test_each_bad_message_is_quarantined_with_its_reason(tmp_path: Path) -> None:
    async with running_bench(tmp_path, _REGISTRY, _NOW) as bench:
        await goes_on(bench, number=1, stored=0)
        for _, kind, payload, _ in _WHOLE:
            bench.publish(f"zw/1/kh-gw-1/up/{kind}", payload)
        await bench.until(lambda: len(bench.quarantined()) >= len(_WHOLE))

        told = {
            name: one.reason for (name, *_), one in zip(_WHOLE, bench.quarantined(), strict=True)
        }
        for name, _, _, reason in _WHOLE:
            assert told[name].startswith(reason), name
        await goes_on(bench, number=2, stored=1)


async def test_each_bad_row_is_quarantined_with_its_reason(tmp_path: Path) -> None:
    async with running_bench(tmp_path, _REGISTRY, _NOW) as bench:
        await goes_on(bench, number=1, stored=0)
        for number, (_, changed, _) in enumerate(_ROWS, start=2):
            bench.publish(_TOPIC, a_row(number, **changed))
        await bench.until(lambda: len(bench.quarantined()) >= len(_ROWS))

        told = [(one.numbers.to_lists(), one.reason) for one in bench.quarantined()]
        assert told == [
            ([[number, number]], reason) for number, (_, _, reason) in enumerate(_ROWS, start=2)
        ]
        # at the same instant as the first, else the evening would have a gap
        last = len(_ROWS) + 2
        bench.publish(_TOPIC, a_row(last, measured_at=[EVENING_MS + 5 * MINUTE_MS]))
        await bench.until(lambda: bench.account().stored == 2)
        assert lit(bench) == [60.0, 60.0]
        assert bench.account().quarantined == len(_ROWS)
        assert bench.account().balanced


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"{" + bytes(_MIB), id="1 MiB"),
        pytest.param(a_bomb(1_024), id="a bomb of 1 GiB, 1 MB on the wire"),
    ],
)
async def test_a_message_of_a_megabyte_ends_at_the_broker_or_in_quarantine(
    tmp_path: Path, payload: bytes
) -> None:
    """Mosquitto closes the sender's connection; amqtt has no limit, and there ingest's holds."""
    async with running_bench(tmp_path, _REGISTRY, _NOW) as bench:
        await goes_on(bench, number=1, stored=0)

        with a_stranger(bench) as (stranger, cut_off):
            sent = stranger.publish(_TOPIC, payload, qos=1)
            await bench.until(lambda: cut_off.is_set() or sent.is_published())
        if not cut_off.is_set():
            await bench.until(lambda: len(bench.quarantined()) > 0)

        assert cut_off.is_set() == (mosquitto() is not None)
        kept_out = [] if cut_off.is_set() else ["more than 65536 bytes on the wire"]
        assert [one.reason for one in bench.quarantined()] == kept_out
        await goes_on(bench, number=2, stored=1)


@contextmanager
def a_stranger(bench: Bench) -> Generator[tuple[paho.Client, threading.Event]]:
    """Connect somebody else, and tell when the broker has closed the connection on them."""
    cut_off, on = threading.Event(), threading.Event()
    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id="stranger", protocol=bench.client.protocol
    )
    client.username_pw_set("stranger")
    client.on_connect = lambda *_: on.set()
    client.on_disconnect = lambda *_: cut_off.set()
    client.reconnect_delay_set(60, 60)
    client.connect(bench.client.host, bench.client.port)
    client.loop_start()
    assert on.wait(10)
    try:
        yield client, cut_off
        client.on_disconnect = None
    finally:
        client.disconnect()
        client.loop_stop()
