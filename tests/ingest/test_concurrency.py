"""Several processes at one catalog, as stages of their own are."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from ingest import ledger
from ingest.catalog import snapshot
from ingest.contract.identity import BootId, GatewayId
from ingest.contract.ranges import Ranges
from ingest.ledger import BootAccount, Line, Settlement
from ingest.tables import LEDGER_COUNT, METADATA
from tests.catalogs import a_postgres_catalog
from tests.servers import needs

ROOT = Path(__file__).parents[2]
_FIRST, _SECOND = GatewayId("kh-gw-1"), GatewayId("kh-gw-2")
_DAY = date(2026, 10, 30)
_PATIENCE_S = 60.0


def _stored(gateway: GatewayId, records: int = 1) -> Settlement:
    return Settlement(gateway=gateway, day=_DAY, stored=records)


def test_a_snapshot_is_of_one_moment(empty_catalog: sa.Engine) -> None:
    METADATA.create_all(empty_catalog)
    with snapshot(empty_catalog) as reading:
        assert ledger.lines(reading) == {}

        with empty_catalog.begin() as connection:
            ledger.save(
                connection,
                [
                    BootAccount(
                        gateway=_FIRST,
                        boot=BootId("boot-1"),
                        head=3,
                        stored=Ranges.of((1, 3)),
                        days={_DAY: (1, 3)},
                    )
                ],
            )
            ledger.move(connection, [_stored(_FIRST, 3)])

        assert ledger.lines(reading) == {}
    with snapshot(empty_catalog) as reading:
        assert ledger.lines(reading) == {(_FIRST, _DAY): Line(assigned=3, stored=3)}


@needs("postgres")
def test_stages_that_move_the_same_counters_do_not_wait_for_each_other_for_ever() -> None:
    with a_postgres_catalog() as catalog, ThreadPoolExecutor(2) as pool:
        METADATA.create_all(catalog)

        def move(*gateways: GatewayId) -> None:
            for _ in range(100):
                with catalog.begin() as connection:
                    ledger.move(connection, [_stored(gateway) for gateway in gateways])

        move(_FIRST, _SECOND)
        for one in [pool.submit(move, _FIRST, _SECOND), pool.submit(move, _SECOND, _FIRST)]:
            one.result(_PATIENCE_S)

        with catalog.connect() as connection:
            counted = connection.execute(sa.select(LEDGER_COUNT.c.stored)).scalars().all()
    assert counted == [300, 300]


def test_stages_that_start_together_upgrade_one_after_another(empty_catalog: sa.Engine) -> None:
    url = empty_catalog.url.render_as_string(hide_password=False)
    program = "import sys; from api.catalog import ready_catalog; ready_catalog(sys.argv[1])"
    stages = [
        subprocess.Popen(
            [sys.executable, "-c", program, url], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]

    said = [stage.communicate(timeout=_PATIENCE_S)[1] for stage in stages]

    assert said == ["", "", ""]
    assert sa.inspect(empty_catalog).has_table("quarantine_note")
