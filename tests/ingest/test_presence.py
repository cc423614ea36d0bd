"""Which gateways are there, however their births and deaths are grouped."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from ingest import presence
from ingest.contract.identity import BootId, GatewayId
from ingest.contract.lifecycle import Birth, ClockStep, Death
from ingest.intake import Heard
from ingest.presence import Presence, Step
from ingest.tables import METADATA

_GATEWAY = GatewayId("kh-gw-1")
_BOOT = BootId("boot-1")


@pytest.fixture
def connection(empty_catalog: sa.Engine) -> Iterator[sa.Connection]:
    METADATA.create_all(empty_catalog)
    with empty_catalog.connect() as opened:
        yield opened


def _connections() -> Iterator[sa.Connection]:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    METADATA.create_all(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


def born(connection: int, at: int, held: tuple[BootId, ...] = (_BOOT,)) -> Heard:
    birth = Birth(
        boot=_BOOT,
        connection=connection,
        software="0.1.0",
        sent_at=datetime(2026, 10, 31, tzinfo=UTC),
        held=held,
        devices=(),
    )
    return Heard(gateway=_GATEWAY, at=at, birth=birth, held=held)


def died(connection: int, at: int) -> Heard:
    return Heard(gateway=_GATEWAY, at=at, death=Death(boot=_BOOT, connection=connection))


def chunk(at: int, *held: str) -> Heard:
    return Heard(gateway=_GATEWAY, at=at, held=tuple(BootId(boot) for boot in held))


def told(connection: sa.Connection, *heard: Heard) -> Presence:
    presence.note(connection, heard)
    (found,) = presence.some(connection, [_GATEWAY])
    return found


def test_a_birth_makes_a_gateway_alive_and_its_death_ends_that(connection: sa.Connection) -> None:
    assert told(connection, born(1, 10)).alive

    ended = told(connection, died(1, 20))

    assert not ended.alive
    assert (ended.born_at, ended.died_at, ended.heard_at) == (10, 20, 20)


def test_what_troubled_a_gateway_stays_until_it_is_born_again(connection: sa.Connection) -> None:
    step = ClockStep(at=datetime(2026, 10, 31, 1, tzinfo=UTC), by_s=-3600.0)
    birth = born(1, 10).birth
    assert birth is not None
    troubled = replace(birth, clock_steps=(step,), not_taken=7)

    found = told(
        connection, Heard(gateway=_GATEWAY, at=10, birth=troubled, held=(_BOOT,)), died(1, 20)
    )

    assert found.clock_steps == (Step(at=1_793_408_400_000_000, by_s=-3600.0),)
    assert found.not_taken == 7
    assert told(connection, born(2, 30)).clock_steps == ()


def test_a_death_of_another_connection_is_ignored(connection: sa.Connection) -> None:
    assert told(connection, born(2, 10), died(1, 20)).alive


def test_a_chunk_tells_what_is_held_and_needs_no_birth(connection: sa.Connection) -> None:
    found = told(connection, chunk(10, "boot-1", "boot-2"), died(1, 20))

    assert found.held == ("boot-1", "boot-2")
    assert (found.alive, found.boot, found.died_at) == (False, None, None)
    assert [one.gateway for one in presence.every(connection)] == [_GATEWAY]


_heard = st.lists(
    st.one_of(
        st.builds(born, st.integers(1, 3), st.integers(1, 9)),
        st.builds(died, st.integers(1, 3), st.integers(1, 9)),
        st.builds(chunk, st.integers(1, 9), st.sampled_from(["boot-1", "boot-2"])),
    ),
    min_size=1,
    max_size=8,
)


@given(_heard, st.integers(0, 8))
def test_grouping_does_not_matter(heard: list[Heard], cut: int) -> None:
    (together,) = (told(one, *heard) for one in _connections())
    parts = [part for part in (heard[:cut], heard[cut:]) if part]
    (apart,) = ([told(one, *part) for part in parts][-1] for one in _connections())

    assert together == apart
