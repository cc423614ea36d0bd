"""From the reading that proves a fault to the channel, while a day of a whole zone floods back.

6,510 devices of a zone are live, 326 gateways hold back a day of them, and send it as fast as they
are let. Beside it devices have faults, one after the other; the same before, in quiet. A real
Mosquitto, InfluxDB 2 and PostgreSQL (SQLite where there is none); ingest, analytics and the API are
processes of their own, the channel is a webhook. What the rules and the groups of alarms wait is
taken out: proofs are sent when a rule's delay is over. When a fault is known, too, is told, since
the wait for a group may hide that it was found late.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import sqlalchemy as sa

from analytics.faults.fault import RuleId
from analytics.service.tables import FAULT
from api.catalog import ready_catalog
from ingest.contract.clock import SystemClock
from ingest.contract.identity import GatewayId, ZoneId
from ingest.contract.period import micros
from ingest.registry.model import Entry, Language, Person, PersonRole
from ingest.tables import FEED
from simulators.bench.channel import Channel, a_channel
from simulators.bench.field import FieldGateway, Ready
from simulators.bench.figure import Figures, Measured, MeasuringFailedError
from simulators.bench.flood import Boot, entries_of, gateways_of, zone_where_it_is
from simulators.bench.proofs import WRONG, Proof, proofs_of
from simulators.bench.spine import Spine, running_spine
from simulators.postgres import Cluster, postgres

HOURS: Final = 24
IN_QUIET: Final = {RuleId(rule): 1 for rule in WRONG}
IN_FLOOD: Final = {RuleId("day_burner"): 5} | {
    RuleId(rule): 2 for rule in ("range", "fault_word", "zero_output", "lamp_out")
}
_EVERY_S: Final = 300.0  # what is live
_BETWEEN_S: Final = 20.0  # one fault and the next
_AHEAD_S: Final = 10.0  # what is said before a proof
_PATIENCE_S: Final = 3_600.0
_GLANCE_S: Final = 0.25
_LIVE_ROWS: Final = 500  # on the change feed, while only what is live comes


@dataclass(slots=True, kw_only=True)
class Zone:
    """The zone that lives, its gateways' connections, and who is told."""

    spine: Spine
    channel: Channel
    catalog: sa.Engine
    boots: Sequence[Boot]
    proofs: Sequence[Proof]
    chance: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    async def send(self, boot: Boot, ready: Ready) -> None:
        """Let a gateway send what is new, before all that waits."""
        gateway = self.spine.field.gateways[boot.gateway]
        gateway.waiting.appendleft(ready)
        await self.spine.field.send(gateway)

    async def live(self) -> None:
        """Let every gateway say what its devices do, each once an interval, until cancelled."""
        while True:
            for boot in self.boots:
                at = np.array([_now_us()])
                await self.send(boot, boot.chunk(boot.usual(at, self.chance), at, _now()))
                await asyncio.sleep(_EVERY_S / len(self.boots))

    async def prove(self, proof: Proof) -> None:
        """Let a fault show until cancelled."""
        await self.send(proof.boot, proof.before(_now_us() + round(_AHEAD_S * 1e6)))
        await asyncio.sleep(_AHEAD_S)
        while True:
            proof.sent_at = proof.sent_at or time.perf_counter()
            await self.send(proof.boot, proof.now(_now_us()))
            await asyncio.sleep(_EVERY_S)

    def taken_s(self, proof: Proof) -> float:
        """Return how long it took until a proof was settled."""
        lateness_s = self.spine.field.gateways[proof.boot.gateway].lateness_s
        return lateness_s[1] if len(lateness_s) > 1 else float("nan")  # the first is of before

    async def watch(self) -> None:
        """Note when faults are known, until cancelled."""
        while True:
            known = await asyncio.to_thread(self._known)
            for proof in self.proofs:
                if proof.known_at is None and (proof.rule, proof.device) in known:
                    proof.known_at = time.perf_counter()
            await asyncio.sleep(_GLANCE_S)

    def waiting(self) -> int:
        """Return how many rows wait on the change feed."""
        with self.catalog.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(FEED)) or 0

    def _known(self) -> set[tuple[str, str]]:
        devices = [proof.device for proof in self.proofs]
        query = sa.select(FAULT.c.rule, FAULT.c.subject).where(FAULT.c.subject.in_(devices))
        with self.catalog.connect() as connection:
            return {(row.rule, row.subject) for row in connection.execute(query)}


def measure(share: int = 1, hours: int = HOURS) -> Figures:
    """Measure in quiet, then while so many hours of one in so many devices flood back."""
    noon, midnight = (zone_where_it_is(hour, _now()) for hour in (12, 0))
    boots = gateways_of(noon, share)
    quiet, flooded = (
        proofs_of(when, counts, noon, midnight)
        for when, counts in (("quiet", IN_QUIET), ("flood", IN_FLOOD))
    )
    chance, until = np.random.default_rng(2), _now_us()
    held = {boot.gateway: deque(boot.backlog(hours, until, chance)) for boot in boots}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        channel = stack.enter_context(a_channel())
        entries = entries_of([*boots, *(each.boot for each in (*quiet, *flooded))])
        more = {"ZONEWATCH_CHANNEL_HOOK": channel.url, **_catalog(stack)}

        async def measured() -> Figures:
            async with running_spine(
                folder,
                [*entries, *_people(noon.id, midnight.id)],
                stages=("ingest", "analytics", "api"),
                durable=False,
                more=more,
            ) as spine:
                gateways = spine.field.gateways
                gateways |= {boot.gateway: FieldGateway(waiting=deque()) for boot in boots}
                for each in (*quiet, *flooded):
                    gateways[each.boot.gateway] = FieldGateway(waiting=deque(), reach=None)
                catalog = ready_catalog(spine.catalog_url)
                zone = Zone(
                    spine=spine,
                    channel=channel,
                    catalog=catalog,
                    boots=boots,
                    proofs=[*quiet, *flooded],
                )
                try:
                    return await _measure(zone, quiet, flooded, held)
                finally:
                    catalog.dispose()

        return asyncio.run(measured())


async def _measure(
    zone: Zone,
    quiet: Sequence[Proof],
    flooded: Sequence[Proof],
    held: Mapping[GatewayId, deque[Ready]],
) -> Figures:
    lasting = [asyncio.create_task(each, name="zone") for each in (zone.live(), zone.watch())]
    try:
        await _proven(zone, quiet, lasting)
        began, gateways = time.perf_counter(), zone.spine.field.gateways
        records = sum(len(chunks) for chunks in held.values())
        for name, chunks in held.items():
            gateways[name].waiting.extend(chunks)
        await zone.spine.field.send_all([gateways[boot.gateway] for boot in zone.boots])
        taken, computed = (
            asyncio.create_task(each, name="flood") for each in (_taken(zone), _computed(zone))
        )
        await _proven(zone, flooded, lasting)
        taken_at, computed_at = await taken, await computed
    finally:
        for task in lasting:
            task.cancel()
        await asyncio.gather(*lasting, return_exceptions=True)
    account = await asyncio.to_thread(zone.spine.account)
    if not account.balanced:
        raise MeasuringFailedError(f"the account says {account}")
    under = [each for each in flooded if each.sent_at and each.sent_at < computed_at]
    return {
        **_told("quiet", quiet, zone),
        **_told("flood", flooded, zone),
        "flood_causes_before_its_end": Measured(float(len(under)), "1"),
        "flood_chunks": Measured(float(records), "1"),
        "flood_taken_in": Measured(taken_at - began, "s"),
        "flood_computed": Measured(computed_at - began, "s"),
        "messages": Measured(float(len(zone.channel.titles)), "1"),
    }


async def _proven(zone: Zone, proofs: Sequence[Proof], lasting: list["asyncio.Task[None]"]) -> None:
    """Begin one fault after the other, and wait until somebody was told of each."""
    for proof in proofs:
        await asyncio.sleep(_BETWEEN_S)
        lasting.append(asyncio.create_task(zone.prove(proof), name=proof.device))
    for proof in proofs:
        await _until(partial(_is_told, zone.channel, proof))
        _say(proof, zone)


def _is_told(channel: Channel, proof: Proof) -> bool:
    return channel.told_at(proof.device) is not None


def _say(proof: Proof, zone: Zone) -> None:
    sent, known = proof.sent_at or 0.0, proof.known_at or float("nan")
    told = zone.channel.told_at(proof.device) or float("nan")
    sys.stderr.write(
        f"{proof.device}: taken in after {zone.taken_s(proof):.1f} s, known after"
        f" {known - sent:.1f} s,"
        f" told after {told - sent:.1f} s of which {proof.waits_s:.0f} s were to be waited\n"
    )


async def _taken(zone: Zone) -> float:
    gateways = [zone.spine.field.gateways[boot.gateway] for boot in zone.boots]
    await _until(lambda: not any(gateway.waiting for gateway in gateways))
    return time.perf_counter()


async def _computed(zone: Zone) -> float:
    """Return when everything that came had been computed."""
    await _taken(zone)
    async with asyncio.timeout(_PATIENCE_S):
        while await asyncio.to_thread(zone.waiting) > _LIVE_ROWS:  # noqa: ASYNC110 - no event
            await asyncio.sleep(_GLANCE_S)
    return time.perf_counter()


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - what is awaited has no event
            await asyncio.sleep(_GLANCE_S)


def _told(when: str, proofs: Sequence[Proof], zone: Zone) -> dict[str, Measured]:
    taken = [zone.taken_s(each) for each in proofs]
    known = [(each.known_at or 0.0) - (each.sent_at or 0.0) for each in proofs]
    told = [
        (zone.channel.told_at(each.device) or 0.0) - (each.sent_at or 0.0) - each.waits_s
        for each in proofs
    ]
    return {
        f"{when}_causes": Measured(float(len(proofs)), "1"),
        **{
            f"{when}_{what}_{name}": Measured(of(seconds), "s")
            for what, seconds in (("taken_in", taken), ("known", known), ("channel", told))
            for name, of in (("median", statistics.median), ("max", max))
        },
    }


def _people(noon: ZoneId, midnight: ZoneId) -> list[Entry]:
    """Return who is told, so many that nobody is told too much in an hour."""
    found = dict.fromkeys(
        (midnight if wrong.by_night else noon, wrong.device_class) for wrong in WRONG.values()
    )
    return [
        Person(
            id=f"bench-{place}",
            role=PersonRole.TECHNICIAN,
            title="bench",
            language=Language.ENGLISH,
            zones=(zone,),
            device_classes=(device_class,),
            channels=("hook",),
            quiet="",
        )
        for place, (zone, device_class) in enumerate(found)
    ]


def _catalog(stack: ExitStack) -> dict[str, str]:
    program = postgres()
    if program is None:
        return {}
    cluster = Cluster(program, durable=True)
    stack.callback(cluster.remove)
    cluster.start()
    return {"ZONEWATCH_CATALOG": cluster.url()}


def _now() -> datetime:
    return SystemClock().now()


def _now_us() -> int:
    return micros(_now())
