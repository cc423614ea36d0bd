"""Records through loss, repetition, reordering and crashes between any two steps.

The gateway's side is the real outbox, ingest's the real pipeline and feeder over embedded parts;
the network is a list. After everything has healed, each record is where the account says.
"""

import tempfile
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from analytics.service.feeder import Feeder
from analytics.service.hourfiles import HourFiles
from analytics.service.tables import METADATA as ANALYTICS_TABLES
from gateway.chunks import seal_chunk
from gateway.outbox import Bounds, Outbox
from gateway.outbox_errors import OutboxFullError
from ingest import ledger, quarantine
from ingest.archive import Archive, Message
from ingest.contract.ack import parse_ack
from ingest.contract.clock import ManualClock
from ingest.contract.identity import BootId, DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period, micros
from ingest.contract.ranges import Ranges
from ingest.contract.record import Record
from ingest.markers import Decision, form_marker
from ingest.pipeline import Pipeline, Step
from ingest.quarantine import Quarantined, State
from ingest.quota import Quota
from ingest.storage.memory import MemoryStore
from ingest.storage.port import ReadingStore
from ingest.tables import METADATA as INGEST_TABLES
from ingest.wire import decode
from tests.builders import EVENING, MINUTE_US, a_device, a_registry
from tests.catalogs import a_postgres_catalog, a_sqlite_catalog
from tests.servers import needs

_KNOWN = (DeviceId("kh-lamp-1"), DeviceId("kh-lamp-2"))
_LATER = DeviceId("kh-lamp-3")  # entered in the registry some time, or not until the end
_DEVICES = (*_KNOWN, _LATER)
_TOPIC = "zw/1/kh-gw-1/up/chunk"
_STEPS = len(Step)
_DAY = 24 * 60 * MINUTE_US


class _Mailbox:
    """Keeps the last retained message of each topic."""

    def __init__(self) -> None:
        self.retained: dict[str, bytes] = {}

    def publish(self, topic: str, payload: bytes) -> None:
        self.retained[topic] = payload


class Spine(RuleBasedStateMachine):
    """One gateway, one ingest, and everything that can go wrong between them."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        self.home = Path(self.directory.name)
        self.clock = ManualClock(EVENING)
        self.registry = a_registry(*(a_device(name) for name in _KNOWN))
        self.store = MemoryStore()
        self.closing = ExitStack()
        self.catalog = self.closing.enter_context(self.an_empty_catalog())
        INGEST_TABLES.create_all(self.catalog)
        ANALYTICS_TABLES.create_all(self.catalog)
        self.mailbox = _Mailbox()
        self.feeder = Feeder(
            store=self.store,
            catalog=self.catalog,
            files=HourFiles(self.home / "hours"),
            registry=lambda: self.registry,
            clock=self.clock,
        )
        self.boots = 0
        self.free_bytes = 1 << 40
        self.outbox = self.boot()
        self.pipeline = self.start_ingest()
        self.network: list[bytes] = []
        self.truth: dict[tuple[str, int], set[float]] = {}
        self.entered = 0
        self.dropped: dict[tuple[str, int], set[int]] = {}

    def an_empty_catalog(self) -> AbstractContextManager[sa.Engine]:
        return a_sqlite_catalog(self.home)

    def boot(self) -> Outbox:
        self.boots += 1
        boot = BootId(f"boot-{self.boots:04}")
        bounds = Bounds(max_records=10, max_days=3)
        path = self.home / "outbox.db"
        return Outbox(path, boot=boot, bounds=bounds, free=lambda _: self.free_bytes)

    def start_ingest(self) -> Pipeline:
        return Pipeline(
            worker="w1",
            archive=Archive(self.home / "archive", "w1"),
            store=self.store,
            catalog=self.catalog,
            registry=lambda: self.registry,
            publisher=self.mailbox,
            clock=self.clock,
            quota=Quota(apart=1),
        )

    @rule(
        device=st.sampled_from(_DEVICES),
        back=st.integers(0, 40),
        watts=st.sampled_from([0.0, 59.0, 60.0]),
        count=st.integers(1, 4),
        lamp_on=st.sampled_from([0.0, 1.0]),
    )
    def measure(
        self, device: DeviceId, back: int, watts: float, count: int, lamp_on: float
    ) -> None:
        """Enter records, some at instants measured before, with the same value or another.

        A change of a state is never thinned, so the outbox may have no room left.
        """
        now = micros(self.clock.now())
        records = [
            Record(
                device=device,
                measured_at=now - (back + place) * 5 * MINUTE_US,
                values={"load_power": watts, "lamp_on": lamp_on},
            )
            for place in range(count)
        ]
        try:
            numbers = self.outbox.append(records, entered_at=self.clock.now())
        except OutboxFullError:
            return
        self.entered += numbers.count
        for record in records:
            self.truth.setdefault((device, record.measured_at), set()).add(watts)

    @rule(minutes=st.sampled_from([5, 60, 11 * 60]))
    def let_time_pass(self, minutes: int) -> None:
        self.clock.set(self.clock.now() + timedelta(minutes=minutes))

    @rule()
    def fill_the_gateways_disk_or_free_it(self) -> None:
        self.free_bytes = 0 if self.free_bytes else 1 << 40

    @rule()
    def reboot_the_gateway(self) -> None:
        self.outbox.close()
        self.outbox = self.boot()

    @rule(rows=st.integers(1, 6), place=st.integers(0, 10))
    def send(self, rows: int, place: int) -> None:
        """Put a chunk of some boot's records, from anywhere among them, on the network."""
        held = self.outbox.held_boots()
        if not held:
            return
        boot = held[place % len(held)]
        account = self.outbox.account(boot)
        within = _from(account.low + place // 2, account.head)
        found = self.outbox.rows(boot, within=within, limit=rows)
        chunk = seal_chunk(found, account=account, held=held, sent_at=self.clock.now())
        self.network.append(chunk.payload)

    @precondition(lambda self: self.network)
    @rule(place=st.integers(0, 50), again=st.booleans(), crash_after=st.integers(0, 2 * _STEPS))
    def deliver(self, place: int, again: bool, crash_after: int) -> None:  # noqa: FBT001
        """Deliver any message under way, once or again; ingest may crash between any two steps."""
        payload = self.network[place % len(self.network)]
        if not again:
            self.network.remove(payload)
        self.take_in([payload], crash_after)

    @precondition(lambda self: len(self.network) > 1)
    @rule(crash_after=st.integers(0, 2 * _STEPS), analyze_after=st.integers(0, _STEPS))
    def deliver_in_one_group(self, crash_after: int, analyze_after: int) -> None:
        self.take_in([*self.network[:3], self.network[0]], crash_after, analyze_after)

    @precondition(lambda self: self.network)
    @rule()
    def lose(self) -> None:
        self.network.pop(0)

    @rule(payload=st.binary(max_size=40))
    def deliver_rubbish(self, payload: bytes) -> None:
        self.take_in([payload], crash_after=_STEPS)

    @rule()
    def acknowledge(self) -> None:
        """Let the last acknowledgement arrive; those it replaced are lost."""
        if payload := self.mailbox.retained.get("zw/1/kh-gw-1/down/ack"):
            for boot, numbers in parse_ack(decode(payload)).settled.items():
                self.outbox.settle(boot, numbers)

    @rule()
    def enter_the_late_device(self) -> None:
        self.registry = a_registry(*(a_device(name) for name in _DEVICES))

    @rule(place=st.integers(0, 5), crash_after=st.integers(0, _STEPS), twice=st.booleans())
    def replay(self, place: int, crash_after: int, twice: bool) -> None:  # noqa: FBT001
        """Take an entry in again, whether or not that is of use yet; ingest may crash meanwhile."""
        if found := self.quarantined():
            self.decide([found[place % len(found)]] * (1 + twice), crash_after)

    @precondition(lambda self: len(self.dropped) < 1)
    @rule(place=st.integers(0, 5), crash_after=st.integers(0, _STEPS))
    def drop(self, place: int, crash_after: int) -> None:
        """Give one entry up for good."""
        if found := self.quarantined():
            one = found[place % len(found)]
            if crash_after:
                left = one.numbers - one.replayed
                self.dropped[str(one.boot), one.id] = set(left.numbers())
            self.decide([one], crash_after, Decision.DROP)

    def quarantined(self) -> list[Quarantined]:
        with self.catalog.connect() as connection:
            found = quarantine.entries(connection, state=State.OPEN)
        return [one for one in found if one.numbers]

    def decide(
        self,
        entries: Iterable[Quarantined],
        crash_after: int = _STEPS + 1,
        decision: Decision = Decision.REPLAY,
    ) -> None:
        at = micros(self.clock.now())
        markers = [form_marker(one.decided(decision, actor="test"), at=at) for one in entries]
        self.commit(markers, crash_after)

    @rule()
    def analyze(self) -> None:
        self.feeder.step()

    @invariant()
    def balances(self) -> None:
        with self.catalog.connect() as connection:
            for line in ledger.lines(connection).values():
                assert line.balanced, line
                assert line.missing == 0, line
            for account in ledger.load(connection).values():
                assert not account.stored & account.quarantined, account
            assert ledger.missing(connection) == []

    def take_in(self, payloads: Iterable[bytes], crash_after: int, analyze_after: int = 0) -> None:
        received_at = micros(self.clock.now())
        messages = [
            Message(topic=_TOPIC, payload=payload, received_at=received_at) for payload in payloads
        ]
        self.commit(messages, crash_after, analyze_after)

    def commit(self, messages: Sequence[Message], crash_after: int, analyze_after: int = 0) -> None:
        if crash_after == 0 or not messages:
            return
        for number, _ in enumerate(self.pipeline.commit(messages), start=1):
            if number == analyze_after:
                self.feeder.step()
            if number == crash_after:
                self.pipeline.archive.close()
                self.pipeline = self.start_ingest()
                for _ in self.pipeline.recover():
                    pass
                return

    def heal(self) -> None:
        """Let everything through until nothing is held, and compute what is on the feed."""
        for payload in self.network:
            self.take_in([payload], _STEPS + 1)
        while held := self.outbox.held_boots():
            for boot in held:
                account = self.outbox.account(boot)
                found = self.outbox.rows(boot, within=_from(1, account.head), limit=10)
                chunk = seal_chunk(found, account=account, held=held, sent_at=self.clock.now())
                self.take_in([chunk.payload], _STEPS + 1)
            self.acknowledge()
        self.enter_the_late_device()
        self.decide(self.quarantined() * 2)
        while self.feeder.step():
            pass

    def teardown(self) -> None:
        try:
            self.heal()
            self.judge()
        finally:
            self.outbox.close()
            self.pipeline.archive.close()
            self.feeder.files.close()
            self.closing.close()
            self.directory.cleanup()

    def judge(self) -> None:
        """Compare the account and the store with what was entered."""
        with self.catalog.connect() as connection:
            total = ledger.total(ledger.lines(connection))
        kept = self.kept()

        assert total.balanced
        assert (total.pending, total.missing) == (0, 0)
        assert total.assigned == self.entered
        lost = sum(map(len, self.dropped.values()))
        assert self.quarantined() == []
        assert total.quarantined == lost
        if not lost:
            assert total.stored == len(kept)
        for key, value in kept.items():
            assert value in self.truth[key]
        if total.thinned == 0 and not lost:
            assert kept.keys() == self.truth.keys()
        if not lost:
            assert self.rebuilt() == kept

    def rebuilt(self) -> dict[tuple[str, int], float]:
        """Return what an empty store holds after the archive was taken in again."""
        catalog = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
        INGEST_TABLES.create_all(catalog)
        again = replace(self.pipeline, store=MemoryStore(), catalog=catalog)
        for _ in again.recover():
            pass
        catalog.dispose()
        return self.kept(again.store)

    def kept(self, store: ReadingStore | None = None) -> dict[tuple[str, int], float]:
        """Return what a store holds."""
        span = Period(micros(EVENING) - 365 * _DAY, micros(self.clock.now()) + _DAY)
        block = (store or self.store).read(DeviceClass.STREETLIGHT, _DEVICES, span)
        power = block.values.get("load_power")
        if power is None:
            return {}
        names = [block.names[index] for index in block.devices]
        return dict(zip(zip(names, block.measured_at.tolist(), strict=True), power, strict=True))


def _from(first: int, last: int) -> Ranges:
    return Ranges.of((first, last))


Spine.TestCase.settings = settings(
    max_examples=50,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestSpine = Spine.TestCase


class SpineOnPostgres(Spine):
    """The same over a real PostgreSQL: few examples, since each makes a database."""

    def an_empty_catalog(self) -> AbstractContextManager[sa.Engine]:
        return a_postgres_catalog()


SpineOnPostgres.TestCase.settings = settings(
    Spine.TestCase.settings, max_examples=8, stateful_step_count=25
)


TestSpineOnPostgres = needs("postgres")(SpineOnPostgres.TestCase)
