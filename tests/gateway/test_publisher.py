"""The publisher against real brokers: nothing is forgotten before ingest says it is settled."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from gateway.config import BrokerConfig
from gateway.outbox import Outbox
from gateway.publisher import LinkSilentError, Publisher
from gateway.window import Pace
from ingest.broker.process import mosquitto as broker_program
from ingest.contract.chunk import Chunk
from ingest.contract.clock import ManualClock
from ingest.contract.identity import BootId
from ingest.contract.lifecycle import Birth, Death
from ingest.contract.ranges import EMPTY, Ranges
from simulators.demo.broker import free_port
from tests.gateway.brokers import (
    GATEWAY,
    PATIENCE_S,
    Listener,
    Mosquitto,
    amqtt_broker,
    broker_at,
)
from tests.gateway.builders import FIRST_BOOT, NOON, SECOND_BOOT, a_record, records_of

IMPATIENT = Pace(resend_s=0.3, backoff_max_s=0.2, linger_s=0.05)


@asynccontextmanager
async def a_mosquitto(folder: Path) -> AsyncGenerator[Mosquitto]:
    """A Mosquitto that is yet to be started."""
    program = broker_program()
    if program is None:
        pytest.skip("Mosquitto is not installed")
    broker = Mosquitto(folder, program)
    try:
        yield broker
    finally:
        await broker.kill()


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    """A running Mosquitto."""
    async with a_mosquitto(tmp_path) as broker:
        await broker.start()
        yield broker


@pytest.fixture(params=["5", "3.1.1"])
async def broker(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[BrokerConfig]:
    """Mosquitto with MQTT 5, and amqtt with MQTT 3.1.1."""
    if request.param == "5":
        async with a_mosquitto(tmp_path) as running:
            await running.start()
            yield broker_at(running.port)
    else:
        port = free_port()
        async with amqtt_broker(port):
            yield broker_at(port, "3.1.1")


@asynccontextmanager
async def publishing(
    outbox: Outbox, broker: BrokerConfig, pace: Pace = IMPATIENT
) -> AsyncGenerator[Publisher]:
    """A publisher that runs, and is stopped as a signal would stop it."""

    def birth(connection: int) -> Birth:
        return Birth(
            boot=outbox.boot,
            connection=connection,
            software="test",
            sent_at=NOON,
            held=outbox.held_boots(),
            devices=(),
            not_taken=outbox.not_taken,
        )

    publisher = Publisher(
        gateway=GATEWAY,
        broker=broker,
        outbox=outbox,
        clock=ManualClock(NOON),
        birth=birth,
        pace=pace,
        jitter=lambda: 0.0,
    )
    running = asyncio.create_task(publisher.run(), name="publisher")
    try:
        yield publisher
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something has come true."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110 - what is awaited has no event
            await asyncio.sleep(0.005)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.sqlite"


async def test_birth_chunk_acknowledgement_and_death(path: Path, broker: BrokerConfig) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 3), entered_at=NOON)
        async with Listener.at(broker) as ingest:
            async with publishing(outbox, broker):
                birth = await ingest.hear_birth()
                chunk = await ingest.hear_chunk()
                await ingest.acknowledge({FIRST_BOOT: chunk.numbers})
                await until(lambda: len(outbox) == 0)
            end = await ingest.hear()

    assert (birth.boot, birth.connection, birth.held) == (FIRST_BOOT, 1, (FIRST_BOOT,))
    assert chunk.numbers == Ranges.of((1, 3))
    assert (chunk.account.head, chunk.account.low) == (3, 1)
    assert end == Death(boot=FIRST_BOOT, connection=1)


async def test_news_are_told_in_another_birth_of_the_same_connection(
    path: Path, broker: BrokerConfig
) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        async with Listener.at(broker) as ingest, publishing(outbox, broker) as publisher:
            first = await ingest.hear_birth()
            outbox.refuse(7)
            publisher.announce_again()
            again = await ingest.hear_birth()

    assert (first.connection, first.not_taken) == (1, 0)
    assert (again.connection, again.not_taken) == (1, 7)


async def test_birth_and_death_are_retained(path: Path, broker: BrokerConfig) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        async with Listener.at(broker) as ingest, publishing(outbox, broker):
            await ingest.hear_birth()
    async with Listener.at(broker) as late:
        said = [await late.hear(), await late.hear()]

    assert {type(message) for message in said} == {Birth, Death}


async def test_the_broker_says_the_death_of_a_gateway_that_vanished(
    path: Path, mosquitto: Mosquitto
) -> None:
    broker = broker_at(mosquitto.port)
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        async with Listener.at(broker) as ingest, publishing(outbox, broker):
            birth = await ingest.hear_birth()
            async with publishing(outbox, broker):  # the same client id: the broker ends the first
                death = await ingest.hear()

    assert isinstance(death, Death)
    assert death.ends(birth)


async def test_records_come_as_they_went_in(path: Path, broker: BrokerConfig) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append([a_record(values={"load_power": 12.5, "battery_soc": None})], entered_at=NOON)
        async with Listener.at(broker) as ingest, publishing(outbox, broker):
            (part,) = (await ingest.hear_chunk()).parts

    assert part.measured_at == [1_795_521_600_000]
    assert part.values == {"load_power": [12.5], "battery_soc": [None]}


async def test_what_ingest_does_not_acknowledge_is_sent_again(
    path: Path, broker: BrokerConfig
) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 3), entered_at=NOON)
        async with Listener.at(broker) as ingest, publishing(outbox, broker):
            first = await ingest.hear_chunk()
            await ingest.acknowledge({FIRST_BOOT: EMPTY})
            again = await ingest.hear_chunk()

            assert first.numbers == again.numbers == Ranges.of((1, 3))
            assert len(outbox) == 3


async def test_records_appended_while_connected_leave_when_woken(
    path: Path, broker: BrokerConfig
) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        async with Listener.at(broker) as ingest, publishing(outbox, broker) as publisher:
            await ingest.hear_birth()
            outbox.append(records_of("lamp-1", 2), entered_at=NOON)
            publisher.wake()

            assert (await ingest.hear_chunk()).numbers == Ranges.of((1, 2))


async def test_an_acknowledgement_given_while_away_settles_on_connecting(
    path: Path, broker: BrokerConfig
) -> None:
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 3), entered_at=NOON)
    async with Listener.at(broker) as ingest:
        await ingest.acknowledge({FIRST_BOOT: Ranges.of((1, 3))})
    with Outbox(path, boot=SECOND_BOOT) as outbox:
        async with publishing(outbox, broker):
            await until(lambda: len(outbox) == 0)


@pytest.mark.parametrize(
    "nonsense",
    [
        pytest.param(b"\x00\xff random", id="random bytes"),
        pytest.param(b"{", id="no JSON"),
        pytest.param(b'{"sent_at":"2026-11-24T12:00:00Z","settled":{"b":[[3,1]]}}', id="ranges"),
        pytest.param(
            b'{"sent_at":"2026-11-24T12:00:00Z","settled":{"%s":[[1,99]]}}' % FIRST_BOOT.encode(),
            id="numbers never assigned",
        ),
        pytest.param(
            b'{"sent_at":"2026-11-24T12:00:00Z","settled":{"no-boot":[[1,9]]}}', id="unknown boot"
        ),
        pytest.param(b"", id="nothing"),
    ],
)
async def test_nonsense_is_ignored_and_the_next_acknowledgement_taken(
    path: Path, mosquitto: Mosquitto, nonsense: bytes
) -> None:
    broker = broker_at(mosquitto.port)
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 3), entered_at=NOON)
        async with Listener.at(broker) as ingest, publishing(outbox, broker):
            await ingest.hear_chunk()
            await ingest.say(nonsense)
            await ingest.acknowledge({FIRST_BOOT: Ranges.of((1, 1))})
            await until(lambda: len(outbox) < 3)

            assert len(outbox) == 2


async def test_a_killed_broker_loses_nothing(path: Path, mosquitto: Mosquitto) -> None:
    broker = broker_at(mosquitto.port)
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 3), entered_at=NOON)
        async with publishing(outbox, broker) as publisher:
            async with Listener.at(broker) as ingest:
                await ingest.hear_chunk()
                await mosquitto.kill()
            outbox.append(records_of("lamp-1", 2, start=3), entered_at=NOON)
            publisher.wake()
            await mosquitto.start()
            heard = EMPTY
            async with Listener.at(broker) as ingest:
                birth = await ingest.hear_birth()
                while heard != Ranges.of((1, 5)):
                    chunk = await ingest.hear_chunk()
                    heard |= chunk.numbers
                    await ingest.acknowledge({FIRST_BOOT: chunk.numbers})
                await until(lambda: len(outbox) == 0)

    assert birth.connection > 1


async def test_a_gateway_starts_before_its_broker(tmp_path: Path, path: Path) -> None:
    async with a_mosquitto(tmp_path) as mosquitto:
        broker = broker_at(mosquitto.port)
        with Outbox(path, boot=FIRST_BOOT) as outbox:
            outbox.append(records_of("lamp-1", 1), entered_at=NOON)
            async with publishing(outbox, broker):
                await until(lambda: outbox.next_connection() > 4)
                await mosquitto.start()
                async with Listener.at(broker) as ingest:
                    assert (await ingest.hear_chunk()).numbers == Ranges.of((1, 1))


async def test_a_silent_link_is_made_anew(path: Path, mosquitto: Mosquitto) -> None:
    broker = broker_at(mosquitto.port)
    pace = Pace(silence_max_s=0.3, backoff_max_s=0.1)
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 1), entered_at=NOON)
        async with Listener.at(broker) as ingest, publishing(outbox, broker, pace):
            births = [await ingest.hear_birth(), await ingest.hear_birth()]

    assert [birth.connection for birth in births] == [1, 2]


async def test_silence_is_borne_ever_longer_until_it_ends(
    path: Path, mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    broker = broker_at(mosquitto.port)
    pace = Pace(silence_max_s=0.1, backoff_max_s=0.01)
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 1), entered_at=NOON)
        async with Listener.at(broker) as ingest, publishing(outbox, broker, pace):
            for _ in range(4):
                await ingest.hear_birth()
            await ingest.acknowledge({FIRST_BOOT: EMPTY})
            await ingest.hear_birth()

    borne = [
        float(record.getMessage().rpartition("for ")[2].split()[0])
        for record in caplog.records
        if "no acknowledgement" in record.getMessage()
    ]
    first, second, third, fourth = borne
    assert first < second < third
    assert fourth < third


async def test_an_acknowledgement_that_the_broker_kept_is_no_sign_of_life(
    path: Path, mosquitto: Mosquitto, caplog: pytest.LogCaptureFixture
) -> None:
    broker = broker_at(mosquitto.port)
    pace = Pace(silence_max_s=0.1, backoff_max_s=0.01, resend_s=0.01)
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 2), entered_at=NOON)
        async with Listener.at(broker) as ingest:
            await ingest.acknowledge({FIRST_BOOT: Ranges.of((1, 1))})
            chunks = 0
            async with publishing(outbox, broker, pace):
                births = 0
                while births < 4:
                    message = await ingest.hear()
                    births += isinstance(message, Birth)
                    chunks += isinstance(message, Chunk)

        assert len(outbox) == 1
    assert chunks == 1
    assert sum("no acknowledgement" in one.getMessage() for one in caplog.records) == 3


async def test_being_stopped_just_when_the_link_is_given_up_is_being_stopped(
    path: Path, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker = broker_at(mosquitto.port)

    def give_up_while_told_to_stop(_: Publisher, now: float) -> None:
        running = next(task for task in asyncio.all_tasks() if task.get_name() == "publisher")
        running.cancel()
        raise LinkSilentError(now)

    monkeypatch.setattr(Publisher, "_check_link", give_up_while_told_to_stop)
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        async with Listener.at(broker) as ingest, publishing(outbox, broker):
            birth = await ingest.hear_birth()
            end = await ingest.hear()

    assert isinstance(end, Death)
    assert end.ends(birth)


async def test_a_link_with_nothing_under_way_may_be_silent(
    path: Path, mosquitto: Mosquitto
) -> None:
    broker = broker_at(mosquitto.port)
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        pace = Pace(silence_max_s=0.2, backoff_max_s=0.01)
        async with Listener.at(broker) as ingest, publishing(outbox, broker, pace) as publisher:
            await ingest.hear_birth()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(ingest.hear(), 0.4)
            outbox.append(records_of("lamp-1", 1), entered_at=NOON)
            publisher.wake()

            assert isinstance(await ingest.hear(), Chunk)


async def test_two_restarts_and_lost_acknowledgements_lose_nothing(
    path: Path, broker: BrokerConfig
) -> None:
    boots = [FIRST_BOOT, SECOND_BOOT, BootId("b20261126t000000-00000003")]
    heard: dict[BootId, Ranges] = {}
    async with Listener.at(broker) as ingest:
        for start, boot in enumerate(boots):
            with Outbox(path, boot=boot) as outbox:
                outbox.append(records_of("lamp-1", 40, start=40 * start), entered_at=NOON)
                async with publishing(outbox, broker):
                    chunk = await ingest.hear_chunk()
                    if start == 1:
                        continue  # its acknowledgement is lost, and the gateway dies
                    while len(outbox):
                        name = chunk.account.boot
                        heard[name] = heard.get(name, EMPTY) | chunk.numbers
                        await ingest.acknowledge({name: chunk.numbers})
                        if all(heard.get(each, EMPTY).count == 40 for each in boots[: start + 1]):
                            await until(lambda box=outbox: len(box) == 0)  # type: ignore[misc]
                        else:
                            chunk = await ingest.hear_chunk()

    assert heard == dict.fromkeys(boots, Ranges.of((1, 40)))
