"""The ledger as the drill reads it: what is named, missing, or counted more than once."""

from datetime import date
from pathlib import Path

import pytest

from gateway.outbox import Outbox
from ingest import ledger
from ingest.catalog import open_catalog
from ingest.contract.identity import BootId, GatewayId
from ingest.contract.ranges import Ranges
from ingest.ledger import BootAccount, Settlement
from ingest.tables import METADATA
from simulators.drill.account import Account, held
from tests.gateway.builders import FIRST_BOOT, NOON, SECOND_BOOT, records_of

DAY, NEXT = date(2026, 11, 24), date(2026, 11, 25)
GATEWAY = GatewayId("gw")
KEY = ("gw", "b1")


def account_of(path: Path, account: BootAccount, *settlements: Settlement) -> Account:
    url = f"sqlite:{path / 'catalog.sqlite'}"
    engine = open_catalog(url)
    METADATA.create_all(engine)
    with engine.begin() as connection:
        ledger.save(connection, [account])
        ledger.move(connection, settlements)
    engine.dispose()
    return Account.read(url)


def a_boot(**changed: Ranges | int) -> BootAccount:
    fields: dict[str, object] = {"head": 20, "low": 21, "stored": Ranges.of((1, 20))}
    return BootAccount(
        gateway=GATEWAY,
        boot=BootId("b1"),
        days={DAY: (1, 8), NEXT: (9, 20)},
        **(fields | changed),  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
    )


def test_what_is_below_low_and_nowhere_is_missing_and_named(tmp_path: Path) -> None:
    told = a_boot(
        low=15,
        stored=Ranges.of((1, 3), (6, 9)),
        quarantined=Ranges.of((4, 4)),
        thinned=Ranges.of((10, 11)),
    )

    account = account_of(tmp_path, told)

    assert account.missing_of(["gw"]) == ["gw b1 5-5", "gw b1 12-14"]
    assert account.missing_of(["another"]) == []
    assert account.quarantined[KEY] == Ranges.of((4, 4))
    assert account.thinned[KEY] == Ranges.of((10, 11))


@pytest.mark.parametrize(
    ("settlements", "twice", "repeated"),
    [
        pytest.param([Settlement(gateway=GATEWAY, day=DAY, stored=20)], 0, 0, id="each once"),
        pytest.param([Settlement(gateway=GATEWAY, day=DAY, stored=23)], 3, 0, id="some twice"),
        pytest.param(
            [Settlement(gateway=GATEWAY, day=day, stored=5, repeated=5) for day in (DAY, NEXT)],
            0,
            10,
            id="moved to repeated",
        ),
        pytest.param([Settlement(gateway=GATEWAY, day=DAY, stored=7)], 0, 0, id="too few"),
    ],
)
def test_counters_above_the_ranges_count_something_twice(
    tmp_path: Path, settlements: list[Settlement], twice: int, repeated: int
) -> None:
    account = account_of(tmp_path, a_boot(), *settlements)

    assert account.counted_twice(["gw"]) == twice
    counted = sum(one.stored + one.repeated for one in settlements)
    assert account.unbalanced_of(["gw"]) == (
        [] if counted == 20 else [f"gw {counted} counted, 20 settled"]
    )
    assert account.repeated_of(["gw", "never-heard-of"]) == repeated


def test_an_outbox_file_says_what_it_holds_by_boot(tmp_path: Path) -> None:
    path = tmp_path / "outbox.db"
    with Outbox(path, boot=FIRST_BOOT) as outbox:
        outbox.append(records_of("lamp-1", 9), entered_at=NOON)
        outbox.settle(FIRST_BOOT, Ranges.of((3, 5)))
    with Outbox(path, boot=SECOND_BOOT) as outbox:
        outbox.append(records_of("lamp-2", 2), entered_at=NOON)

        found = held({"gw": path, "gone": tmp_path / "none.db"})

    assert found == {
        ("gw", FIRST_BOOT): Ranges.of((1, 2), (6, 9)),
        ("gw", SECOND_BOOT): Ranges.of((1, 2)),
    }
