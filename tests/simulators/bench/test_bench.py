"""Measurements run, and what they measure is what they say."""

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import date

import pytest

from ingest.archive import Message
from ingest.contract.chunk import Chunk, parse_chunk
from ingest.wire import decode
from simulators.bench import (
    backlog,
    chunks,
    cli,
    gateway,
    hj212,
    influx,
    lineage,
    outage,
    records,
    report,
    verify,
)
from simulators.bench.figure import Figures, Measured, MeasuringFailedError
from simulators.bench.load import sealed_chunks
from simulators.bench.tree import resident_bytes
from tests.servers import needs


def opened(message: Message) -> Chunk:
    chunk, defects = parse_chunk(decode(message.payload))
    assert defects == ()
    return chunk


def test_a_chunk_is_20_devices_by_12_times_by_10_metrics() -> None:
    (message,) = sealed_chunks(1, seed=1)

    parts = opened(message).parts

    assert len(parts) == 20
    assert {(len(part.number), len(part.values)) for part in parts} == {(12, 10)}
    values = [value for part in parts for column in part.values.values() for value in column]
    assert len(values) == 2_400
    assert all(value is not None and round(value, 2) == value for value in values)


def test_numbers_follow_each_other_and_have_their_days() -> None:
    """240 records an hour; those of 23:00 to 24:00 enter on the next day."""
    told = [opened(message) for message in sealed_chunks(50, seed=1)]

    assert [chunk.numbers.pairs for chunk in told[:2]] == [((1, 240),), ((241, 480),)]
    assert told[22].account.days == {date(2026, 1, 1): (1, 5_520)}
    assert told[23].account.days == {date(2026, 1, 2): (5_521, 5_760)}
    assert told[46].account.days == {date(2026, 1, 2): (5_521, 11_280)}
    assert told[47].account.days == {date(2026, 1, 3): (11_281, 11_520)}


def test_the_same_seed_gives_the_same_chunks() -> None:
    assert list(sealed_chunks(2, seed=1)) == list(sealed_chunks(2, seed=1))
    assert list(sealed_chunks(2, seed=1)) != list(sealed_chunks(2, seed=2))


def test_chunks_are_measured_to_the_last_value() -> None:
    figures = chunks.measure(20)

    assert figures["values"] == Measured(48_000, "1")
    seconds, speed = figures["seconds"].value, figures["values_per_second"].value
    assert speed == pytest.approx(48_000 / seconds)
    shares = [each.value for name, each in figures.items() if name.startswith("share_")]
    assert len(shares) == 5
    assert 50 < sum(shares) <= 100


@needs("influxd")
def test_chunks_are_measured_into_influxdb() -> None:
    assert influx.measure(20)["values"] == Measured(48_000, "1")


@needs("mosquitto")
@needs("influxd")
def test_single_records_are_measured_to_the_last() -> None:
    figures = records.measure(500)

    assert figures["records"] == Measured(500, "1")
    speed = figures["records_per_second"].value
    assert speed == pytest.approx(500 / figures["seconds"].value)
    assert figures["values_per_second"].value == pytest.approx(10 * speed)


@needs("mosquitto")
def test_a_gateways_memory_and_processor_time_are_measured() -> None:
    figures = gateway.measure(rounds=4, devices=20)

    assert figures["records"] == Measured(80, "1")
    assert 10_000_000 < figures["peak_resident_bytes"].value < 100_000_000
    spent_s = figures["cpu_per_round"].value / 1e3
    assert figures["share_of_a_core"].value == pytest.approx(100 * spent_s / 300)


@needs("mosquitto")
@needs("influxd")
def test_a_backlog_is_measured_to_the_last_value_beside_what_is_live() -> None:
    figures = backlog.measure(gateways=2, hours=3)

    assert (figures["chunks"], figures["values"]) == (Measured(6, "1"), Measured(14_400, "1"))
    speed, seconds = figures["values_per_second"].value, figures["seconds"].value
    assert speed == pytest.approx(14_400 / seconds)
    assert figures["live_chunks"].value >= 1


@needs("mosquitto")
@needs("influxd")
def test_memory_is_measured_while_the_store_hangs() -> None:
    figures = outage.measure(gateways=2, polls=3)

    assert (figures["messages"], figures["records"]) == (Measured(6, "1"), Measured(480, "1"))
    most, before = figures["resident_most_during_outage"], figures["resident_before"]
    assert figures["growth"].value == most.value - before.value
    assert 50_000_000 < before.value < 300_000_000


def test_stations_are_measured_to_the_last_answer() -> None:
    figures = hj212.measure(500, 2)

    assert figures["stations"] == Measured(50, "1")
    assert figures["frames_decoded"].value > 0
    assert figures["gateway_memory"].value > 5


def test_a_report_is_measured_in_each_format() -> None:
    figures = report.measure(zones=2, devices_a_zone=4)

    assert figures["devices"] == Measured(8, "1")
    for name in ("pdf", "xlsx", "csv"):
        assert figures[f"{name}_seconds"].value > 0
        assert figures[f"{name}_bytes"].value > 1_000


def test_a_closed_year_is_followed_back_and_written() -> None:
    figures = lineage.measure(zones=2, devices_a_zone=4, period="2026-10")

    for name in ("prepare", "programme", "zone", "device_day", "csv"):
        assert figures[f"{name}_seconds"].value > 0
    assert figures["csv_bytes"].value > 8 * 31 * 60


def test_a_month_is_verified_from_store_and_archive() -> None:
    figures = verify.measure(gateways=1, days=2)

    assert figures["records"] == Measured(2 * 24 * 12 * 20, "1")
    for name in ("prepare", "store", "archive"):
        assert figures[f"{name}_seconds"].value > 0


def test_a_value_that_cannot_be_read_back_is_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "_push", lambda *_: Counter({"decode_and_intake": 1.0}))

    with pytest.raises(MeasuringFailedError, match="0 readings at the last instant"):
        chunks.measure(2)


def test_a_measurement_is_printed_as_one_json_document(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    figures: Figures = {"seconds": Measured(1.5, "s")}
    monkeypatch.setattr(chunks, "measure", lambda: figures)

    assert cli.main(["chunks", "--json"]) == 0

    assert json.loads(capsys.readouterr().out) == {
        "bench": "chunks",
        "figures": {"seconds": {"value": 1.5, "unit": "s"}},
    }


def test_the_memory_of_a_tree_counts_its_children() -> None:
    hold = "b = bytearray(b'x' * 50_000_000); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()

        with_child, alone = resident_bytes(os.getpid()), resident_bytes(child.pid)

        child.communicate(b"\n")
    assert 50_000_000 < alone < 120_000_000
    assert with_child > alone + 20_000_000


def test_a_process_that_has_ended_has_no_memory() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()

    assert resident_bytes(child.pid) == 0
