"""What a gateway tells, in any order, and what the account makes of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st

from ingest import ledger
from ingest.contract.chunk import Account
from ingest.contract.identity import BootId, GatewayId
from ingest.contract.ranges import Ranges
from ingest.ledger import BootAccount, Line, Settlement
from ingest.migrations import ingest_0009_missing
from ingest.tables import METADATA

_GATEWAY, _BOOT = GatewayId("kh-gw-1"), BootId("boot-1")
_DAY, _NEXT = date(2026, 10, 30), date(2026, 10, 31)


def _told(*accounts: Account) -> BootAccount:
    known = BootAccount(gateway=_GATEWAY, boot=_BOOT)
    for account in accounts:
        known = known.told(account)
    return known


def _account(head: int, low: int, *, thinned: tuple[int, int] = (1, 0)) -> Account:
    return Account(
        boot=_BOOT,
        head=head,
        low=low,
        thinned=Ranges.of(thinned),
        days={_DAY: (1, min(head, 10))} | ({_NEXT: (11, head)} if head > 10 else {}),
    )


@given(st.permutations([_account(4, 1), _account(9, 3, thinned=(5, 6)), _account(14, 8)]))
def test_the_order_of_arrival_does_not_matter(accounts: list[Account]) -> None:
    known = _told(*accounts)

    assert (known.head, known.low, known.thinned) == (14, 8, Ranges.of((5, 6)))
    assert known.days == {_DAY: (1, 10), _NEXT: (11, 14)}


@pytest.fixture
def connection(empty_catalog: sa.Engine) -> Iterator[sa.Connection]:
    METADATA.create_all(empty_catalog)
    with empty_catalog.connect() as connection:
        yield connection


def test_every_number_has_one_place(connection: sa.Connection) -> None:
    """Of 14 numbers 1-3 are stored, 4 quarantined, 5-6 thinned, 7 is lost, 8-14 are still held."""
    known = BootAccount(
        gateway=_GATEWAY,
        boot=_BOOT,
        head=14,
        low=8,
        thinned=Ranges.of((5, 6)),
        stored=Ranges.of((1, 3)),
        quarantined=Ranges.of((4, 4)),
        days={_DAY: (1, 10), _NEXT: (11, 14)},
    )
    ledger.save(connection, [known])
    ledger.move(
        connection,
        [
            Settlement(gateway=_GATEWAY, day=_DAY, stored=3, quarantined=1),
            Settlement(gateway=_GATEWAY, day=_DAY, stored=-1, repeated=1),
        ],
    )

    account = ledger.lines(connection)

    assert account == {
        (_GATEWAY, _DAY): Line(
            assigned=10, stored=2, repeated=1, quarantined=1, thinned=2, pending=3, missing=1
        ),
        (_GATEWAY, _NEXT): Line(assigned=4, pending=4),
    }
    assert ledger.total(account).balanced
    assert ledger.lines(connection, day=_NEXT).keys() == {(_GATEWAY, _NEXT)}
    assert ledger.lines(connection, gateway="kh-gw-2") == {}
    assert ledger.load(connection) == {(_GATEWAY, _BOOT): known}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(Line(assigned=3, stored=2), id="one is nowhere"),
        pytest.param(Line(assigned=3, stored=4), id="one is twice"),
        pytest.param(Line(assigned=3, stored=4, repeated=-1), id="less than none"),
    ],
)
def test_an_account_that_does_not_add_up_says_so(line: Line) -> None:
    assert not line.balanced


def _later(low: int, head: int) -> Account:
    return Account(boot=_BOOT, head=head, low=low, days={_NEXT: (low, head)})


@pytest.mark.parametrize(
    ("known_until", "told", "missing", "pending"),
    [
        pytest.param(10, _later(21, 25), Ranges.of((11, 20)), 5, id="set back within a boot"),
        pytest.param(0, _later(21, 25), Ranges.of((1, 20)), 5, id="a boot nobody remembers"),
        pytest.param(10, _later(11, 25), Ranges(), 15, id="set back, and all still held"),
    ],
)
def test_what_an_older_catalog_never_heard_of_is_missing_and_named(
    connection: sa.Connection, known_until: int, told: Account, missing: Ranges, pending: int
) -> None:
    """A gateway forgets a day that is settled, and tells of it no more: `low` tells the hole."""
    before = BootAccount(
        gateway=_GATEWAY,
        boot=_BOOT,
        head=known_until,
        low=known_until + 1,
        stored=Ranges.of((1, known_until)),
        days={_DAY: (1, known_until)} if known_until else {},
    )
    ledger.save(connection, [before.told(told)])
    ledger.move(connection, [Settlement(gateway=_GATEWAY, day=_DAY, stored=known_until)])

    account = ledger.lines(connection)
    lost = ledger.missing(connection)

    assert account[_GATEWAY, _NEXT] == Line(
        assigned=25 - known_until, pending=pending, missing=missing.count
    )
    assert ledger.total(account).balanced
    assert [(one.day, one.numbers) for one in lost] == ([(_NEXT, missing)] if missing else [])
    assert ledger.missing(connection, day=_DAY) == []
    assert ledger.missing(connection, gateway="kh-gw-2") == []


def test_an_older_catalog_is_asked_for_what_it_misses_as_well(
    connection: sa.Connection,
) -> None:
    """Of 12 numbers two are stored and one is thinned out; from 9 on the gateway holds them."""
    known = BootAccount(
        gateway=_GATEWAY,
        boot=_BOOT,
        head=12,
        low=9,
        thinned=Ranges.of((3, 3)),
        stored=Ranges.of((1, 1), (5, 5)),
        days={_DAY: (1, 6), _NEXT: (7, 12)},
    )
    ledger.save(connection, [known, replace(known, boot=BootId("boot-2"), low=2)])
    connection.execute(sa.text("DROP INDEX ledger_boot_missing"))
    connection.execute(sa.text("ALTER TABLE ledger_boot DROP COLUMN missing"))

    with Operations.context(MigrationContext.configure(connection)):
        ingest_0009_missing.upgrade()

    assert [(one.boot, one.numbers) for one in ledger.missing(connection)] == [
        (_BOOT, Ranges.of((2, 2), (4, 4), (6, 6))),
        (_BOOT, Ranges.of((7, 8))),
    ]


_RANGES = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), max_size=3).map(
    lambda pairs: Ranges.of(*pairs)
)
_ACCOUNTS = st.builds(
    BootAccount,
    gateway=st.just(_GATEWAY),
    boot=st.sampled_from([BootId("boot-1"), BootId("boot-2")]),
    head=st.just(30),
    low=st.integers(1, 31),
    thinned=_RANGES,
    stored=_RANGES,
    days=st.integers(1, 30).map(lambda last: {_DAY: (1, last), _NEXT: (last + 1, 30)}),
)


@given(accounts=st.lists(_ACCOUNTS, max_size=5))
def test_what_is_missing_is_found_as_if_every_boot_were_looked_at(
    accounts: list[BootAccount],
) -> None:
    engine = sa.create_engine("sqlite://")
    METADATA.create_all(engine)
    with engine.connect() as connection:
        for account in accounts:
            ledger.save(connection, [account])

        lost = {(one.boot, n) for one in ledger.missing(connection) for n in one.numbers.numbers()}

    last = {account.boot: account for account in accounts}
    assert lost == {
        (boot, number)
        for boot, account in last.items()
        for number in range(1, account.low)
        if number not in account.stored and number not in account.thinned
    }
