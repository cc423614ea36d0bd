"""What only a store in InfluxDB must hold: refusals, outages, other writers, answers in parts."""

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.storage import influx
from ingest.storage.block import Block
from ingest.storage.influx import InfluxStore
from ingest.storage.influx_http import Door, Place
from ingest.storage.opening import open_store
from ingest.storage.port import ReadingsRejectedError, StoreError, StoreUnavailableError
from simulators.demo.broker import free_port
from simulators.influxd import ORG, TOKEN, Influxd, influxd, running_influxd
from tests.ingest.storage.blocks import ALWAYS, Kept, a_block, a_row, at, kept_in
from tests.servers import needs

pytestmark = needs("influxd")

STREETLIGHT = DeviceClass.STREETLIGHT
LAMPS = [DeviceId("lamp-1"), DeviceId("lamp-2")]
GOOD = {("lamp-1", "load_power", 0): ((60.0).hex(), 1)}
A_MONTH = 43_200  # minutes


@pytest.fixture
def bucket(influx_server: Influxd, request: pytest.FixtureRequest) -> str:
    name = f"of-{request.node.name}"
    influx_server.new_bucket(name)
    return name


@pytest.fixture
def opened(influx_server: Influxd, bucket: str) -> Iterator[Callable[[], InfluxStore]]:
    """Return what opens the test's bucket, as often as processes would."""
    stores: list[InfluxStore] = []

    def opening() -> InfluxStore:
        stores.append(InfluxStore(influx_server.url, org=ORG, bucket=bucket, token=TOKEN))
        return stores[-1]

    yield opening
    for store in stores:
        store.close()


@pytest.fixture
def door(influx_server: Influxd, bucket: str) -> Iterator[Door]:
    place = Place(url=influx_server.url, org=ORG, bucket=bucket)
    with closing(Door(place, token=TOKEN, connections=1)) as opened:
        yield opened


def all_of(store: InfluxStore) -> Kept:
    return kept_in(store.read(STREETLIGHT, LAMPS, ALWAYS))


def many_rows(count: int) -> Block:
    return Block(
        device_class=STREETLIGHT,
        names=LAMPS[:1],
        devices=np.zeros(count, np.int32),
        measured_at=at(0) + np.arange(count, dtype=np.int64),
        values={"load_power": np.arange(count, dtype=np.float64)},
        flags={"load_power": np.ones(count, np.int8)},
    )


def test_new_good_readings_have_no_flags_beside_them(
    opened: Callable[[], InfluxStore], door: Door
) -> None:
    store = opened()
    store.write([a_block(a_row(minute=0), a_row(minute=5))])
    store.write([a_block(a_row(minute=10))])

    fields = b"".join(door.ask("SHOW FIELD KEYS"))

    assert b"load_power" in fields
    assert b"load_power_q" not in fields


def test_a_flag_that_another_process_set_is_taken_back(opened: Callable[[], InfluxStore]) -> None:
    opened().write([a_block(a_row(minute=0, load_power=(60.0, 3)), a_row(minute=-5))])
    opened().write([a_block(a_row(minute=0))])

    assert all_of(opened())["lamp-1", "load_power", 0] == ((60.0).hex(), 1)


def test_a_flag_kept_by_a_write_that_failed_is_taken_back(
    opened: Callable[[], InfluxStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, insert = opened(), Door.insert

    def insert_and_fail(door: Door, lines: bytes) -> None:
        insert(door, lines)
        raise StoreUnavailableError("gone before it answered")

    with monkeypatch.context() as broken:
        broken.setattr(Door, "insert", insert_and_fail)
        with pytest.raises(StoreUnavailableError):
            store.write([a_block(a_row(load_power=(60.0, 4)))])
    store.write([a_block(a_row(load_power=60.0))])

    assert all_of(store) == GOOD


def test_what_the_server_refuses_is_found_and_all_else_kept(
    opened: Callable[[], InfluxStore], door: Door
) -> None:
    """A foreign program wrote a field as an integer: in that week, it refuses floats."""
    store = opened()
    door.insert(f"streetlight,device=other load_power=1i {at(A_MONTH)}".encode())
    rows = [a_row(minute=minute) for minute in (0, A_MONTH, A_MONTH + 1, 5)]

    with pytest.raises(ReadingsRejectedError, match="422") as refusal:
        store.write([a_block(*rows, a_row("lamp-2", A_MONTH, lamp_on=1.0))])

    assert refusal.value.refused.measured_at.tolist() == [at(A_MONTH), at(A_MONTH + 1)]
    kept = store.read(STREETLIGHT, LAMPS, ALWAYS)
    assert kept.measured_at.tolist() == [at(0), at(5), at(A_MONTH)]


def test_a_line_that_spoils_its_request_does_not_spoil_the_others(
    opened: Callable[[], InfluxStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An instant beyond what 64 bits of nanoseconds hold: nothing of the request is kept."""
    monkeypatch.setattr(influx, "_LINES", 25)
    store = opened()
    store.write([a_block(a_row(load_power=(0.0, 3)))])
    block = many_rows(100)
    block.measured_at[99] = 2**62

    with pytest.raises(ReadingsRejectedError, match="400") as refusal:
        store.write([block, a_block(a_row("lamp-2"))])

    assert refusal.value.refused.measured_at.tolist() == [2**62]
    kept = store.read(STREETLIGHT, LAMPS, ALWAYS)
    assert (len(kept), set(kept.flags["load_power"].tolist())) == (100, {1})


def test_an_older_flag_is_taken_back_beside_a_refused_row(
    opened: Callable[[], InfluxStore],
) -> None:
    store = opened()
    store.write([a_block(a_row(load_power=(0.0, 3)))])
    block = many_rows(2)
    block.measured_at[1] = 2**62

    with pytest.raises(ReadingsRejectedError):
        store.write([block])

    assert all_of(store) == {("lamp-1", "load_power", 0): ((0.0).hex(), 1)}


def test_zeros_keep_their_sign_side_by_side(opened: Callable[[], InfluxStore]) -> None:
    store = opened()
    store.write([a_block(a_row(load_power=-0.0, load_current=-0.0, pv_power=-0.0, lamp_on=-0.0))])

    assert {value for value, _ in all_of(store).values()} == {"-0x0.0p+0"}


def test_a_write_of_several_requests_and_an_answer_of_several_parts_are_whole(
    opened: Callable[[], InfluxStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(influx, "_LINES", 999)
    store = opened()

    store.write([many_rows(25_000)])

    assert store.read(STREETLIGHT, LAMPS, ALWAYS).values["load_power"].tolist() == list(
        range(25_000)
    )


def test_devices_are_asked_for_in_several_queries(
    opened: Callable[[], InfluxStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(influx, "_DEVICES", 2)
    names = [DeviceId(f"lamp.{number}") for number in range(5)]
    store = opened()

    store.write([a_block(*(a_row(name) for name in names), a_row("lampx1"))])

    assert list(store.read(STREETLIGHT, names, ALWAYS).names) == names
    assert [reading.device for reading in store.latest(STREETLIGHT, names)] == names


def test_a_bucket_that_forgets_is_refused(influx_server: Influxd) -> None:
    influx_server.new_bucket("forgetful", keep_s=3600)

    with pytest.raises(StoreError, match=r"bucket forgetful: its retention .* must be infinite"):
        InfluxStore(influx_server.url, org=ORG, bucket="forgetful", token=TOKEN)


def test_a_bucket_that_is_not_there_is_said(influx_server: Influxd) -> None:
    with pytest.raises(StoreError, match="bucket nowhere: there is none"):
        InfluxStore(influx_server.url, org=ORG, bucket="nowhere", token=TOKEN)


def test_a_token_that_opens_nothing_is_said_and_not_repeated(influx_server: Influxd) -> None:
    with pytest.raises(StoreError, match="status 401") as refusal:
        InfluxStore(influx_server.url, org=ORG, bucket="first", token="sesame")  # noqa: S106

    assert not isinstance(refusal.value, StoreUnavailableError)
    assert "sesame" not in str(refusal.value)


def test_nobody_listening_is_an_outage() -> None:
    with pytest.raises(StoreUnavailableError):
        InfluxStore(f"http://127.0.0.1:{free_port()}", org=ORG, bucket="b", token=TOKEN)


def test_the_setting_opens_a_bucket(influx_server: Influxd, bucket: str) -> None:
    store = open_store(influx_server.setting(bucket), {"ZONEWATCH_STORE_TOKEN": TOKEN})

    assert isinstance(store, InfluxStore)
    store.close()


def test_what_was_written_survives_the_server_being_killed(tmp_path: Path) -> None:
    program = influxd()
    assert program is not None
    with running_influxd(program, tmp_path) as server:
        server.new_bucket("b")
        store = InfluxStore(server.url, org=ORG, bucket="b", token=TOKEN)
        store.write([a_block(a_row())])
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait()
        with closing(store), pytest.raises(StoreUnavailableError):
            store.write([a_block(a_row(minute=5))])

    with (
        running_influxd(program, tmp_path) as server,
        closing(InfluxStore(server.url, org=ORG, bucket="b", token=TOKEN)) as again,
    ):
        assert all_of(again) == GOOD


@contextmanager
def a_server_that_answers(status: int, headers: dict[str, str]) -> Generator[str]:
    """Run a server that has one answer for everything, and yield its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "0"}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            host, port = cast("tuple[str, int]", server.server_address)
            yield f"http://{host}:{port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    ("status", "headers", "kind", "retry_after"),
    [
        pytest.param(503, {"Retry-After": "7"}, StoreUnavailableError, 7, id="overloaded"),
        pytest.param(429, {"Retry-After": "2"}, StoreUnavailableError, 2, id="too many requests"),
        pytest.param(500, {}, StoreUnavailableError, None, id="failed"),
        pytest.param(403, {}, StoreError, None, id="not allowed"),
        pytest.param(404, {}, StoreError, None, id="not there"),
    ],
)
@pytest.mark.parametrize(
    "call",
    [
        pytest.param(lambda door: door.insert(b"x y=1 1"), id="write"),
        pytest.param(lambda door: list(door.ask("SELECT x FROM y")), id="read"),
    ],
)
def test_what_will_pass_is_told_from_what_will_not(
    *,
    status: int,
    headers: dict[str, str],
    kind: type,
    retry_after: int | None,
    call: Callable[[Door], object],
) -> None:
    with a_server_that_answers(status, headers) as url:
        place = Place(url=url, org="o", bucket="b")
        door = Door(place, token=TOKEN, connections=1)
        with closing(door), pytest.raises(StoreError) as told:
            call(door)

    assert type(told.value) is kind
    assert TOKEN not in str(told.value)
    expected = None if retry_after is None else timedelta(seconds=retry_after)
    assert getattr(told.value, "retry_after", None) == expected
