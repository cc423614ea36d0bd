"""What is made up to measure notices: a zone, its backlog, faults proven by one reading."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.faults.fast import judge
from analytics.faults.fault import Fault, RuleId
from analytics.faults.fleet import fleet_of
from analytics.faults.seen import seen
from ingest.contract.chunk import Chunk, parse_chunk
from ingest.contract.metric import DeviceClass
from ingest.contract.period import HOUR_US, Period, hour_of, micros
from ingest.registry.registry import Entered, Registry
from ingest.storage.block import Block
from ingest.storage.memory import MemoryStore
from ingest.wire import decode
from simulators.bench.channel import Channel
from simulators.bench.field import Ready
from simulators.bench.flood import entries_of, gateways_of, zone_where_it_is
from simulators.bench.proofs import WRONG, Proof, proofs_of

_NOW = datetime(2026, 10, 30, 3, 20, tzinfo=UTC)
_NOON, _MIDNIGHT = (zone_where_it_is(hour, _NOW) for hour in (12, 0))
_AT = micros(_NOW)


def opened(ready: Ready) -> Chunk:
    chunk, defects = parse_chunk(decode(ready.payload))
    assert defects == ()
    return chunk


def blocks_of(chunk: Chunk, device_class: DeviceClass) -> list[Block]:
    return [
        Block(
            device_class=device_class,
            names=(part.device,),
            devices=np.zeros(len(part.number), np.int32),
            measured_at=np.array(part.measured_at, np.int64) * 1_000,
            values={name: np.array(column, np.float64) for name, column in part.values.items()},
            flags={name: np.ones(len(column), np.int8) for name, column in part.values.items()},
        )
        for part in chunk.parts
    ]


def test_a_zone_has_as_many_devices_as_were_announced() -> None:
    boots = gateways_of(_NOON)

    assert sum(len(boot.devices) for boot in boots) == 6_510
    assert len({boot.gateway for boot in boots}) == len(boots) == 326
    assert len(set(gateways_of(_NOON, 10)[0].devices)) == 20


def test_where_it_is_noon_the_clock_of_the_zone_says_so() -> None:
    for zone, hour in ((_NOON, 12), (_MIDNIGHT, 0)):
        local = _NOW.astimezone(ZoneInfo(zone.timezone))
        assert abs(local.hour + local.minute / 60 - hour) < 1.01, zone


def test_what_is_held_back_and_what_is_live_is_numbered_without_a_gap() -> None:
    boot = gateways_of(_NOON, 100)[0]
    chance = np.random.default_rng(1)
    at = np.array([_AT])

    held = [opened(each) for each in boot.backlog(24, hour_of(_AT), chance)]
    live = opened(boot.chunk(boot.usual(at, chance), at, _NOW))

    rows = 12 * len(boot.devices)
    assert [chunk.numbers.pairs for chunk in held[:2]] == [((1, rows),), ((rows + 1, 2 * rows),)]
    assert live.numbers.pairs == ((24 * rows + 1, 24 * rows + len(boot.devices)),)
    assert (live.account.low, live.account.head) == (1, 24 * rows + len(boot.devices))
    assert list(live.account.days) == [_NOW.date() - timedelta(days=1), _NOW.date()]


def faults_of(proof: Proof, said: list[Ready]) -> list[Fault]:
    """Return what the fast rules say of a device among a few with which nothing is wrong."""
    device_class = WRONG[proof.rule].device_class
    others = next(
        boot for boot in gateways_of(proof.boot.zone, 200) if boot.device_class is device_class
    )
    registry = Registry(
        Entered(change=1, valid_from=0, item=item) for item in entries_of([proof.boot, others])
    )
    store = MemoryStore()
    for ready in said:
        store.write(blocks_of(opened(ready), device_class))
    for ready in others.backlog(3, _AT + HOUR_US, np.random.default_rng(3)):
        store.write(blocks_of(opened(ready), device_class))
    fleet = fleet_of(registry, proof.boot.zone, device_class, registry.devices())
    block = store.read(device_class, fleet.names, Period(_AT - 4 * HOUR_US, _AT + 1_000))
    found, _ = judge(seen(fleet, block, _AT), {}, since=_AT - 4 * HOUR_US)
    return found


@pytest.mark.parametrize("rule", WRONG)
def test_the_last_reading_proves_the_fault_and_none_before_does(rule: RuleId) -> None:
    (proof,) = proofs_of("test", {rule: 1}, _NOON, _MIDNIGHT)
    before, at_last = proof.before(_AT), proof.now(_AT)

    assert faults_of(proof, [before]) == []
    (fault,) = faults_of(proof, [before, at_last])
    assert (fault.rule, fault.subject, fault.raised_at) == (rule, proof.device, _AT)


def test_faults_come_in_turn() -> None:
    proofs = proofs_of("t", {RuleId("lamp_out"): 1, RuleId("range"): 2}, _NOON, _MIDNIGHT)

    assert [proof.rule for proof in proofs] == ["lamp_out", "range", "range"]
    assert [proof.boot.zone for proof in proofs] == [_MIDNIGHT, _NOON, _NOON]


def test_a_channel_tells_when_a_number_was_first_named() -> None:
    channel = Channel(titles=[(1.0, "Lamp lit by day: a-1 Bench"), (2.0, "OVER: a-1 Bench")])

    assert (channel.told_at("a-1"), channel.told_at("a-2")) == (1.0, None)
