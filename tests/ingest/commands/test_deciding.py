"""Decisions from the command line stand in the journal, as those over HTTP do."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest.archive import Archive
from ingest.audit.tables import AUDIT
from ingest.catalog import open_catalog
from ingest.commands.opening import reading
from ingest.commands.quarantine import main
from ingest.contract.clock import ManualClock
from ingest.home import Home
from ingest.pipeline import Pipeline
from ingest.registry.registry import Registry
from ingest.stage import WORKER
from ingest.storage.memory import MemoryStore
from tests.ingest.arrivals import NOW, a_chunk, a_message, a_part
from tests.ingest.embedded import Mailbox


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with two entries of an unknown gateway in quarantine."""
    monkeypatch.delenv("ZONEWATCH_CATALOG", raising=False)
    monkeypatch.setenv("ZONEWATCH_STORE", "memory:")
    made = Home.create(tmp_path / "home")
    monkeypatch.setenv("ZONEWATCH_HOME", str(made.path))
    with reading(made):
        pass
    catalog = open_catalog(made.catalog_url())
    with Archive(made.archive_dir, WORKER) as archive:
        pipeline = Pipeline(
            worker=WORKER,
            archive=archive,
            store=MemoryStore(),
            catalog=catalog,
            registry=Registry,
            publisher=Mailbox(),
            clock=ManualClock(NOW),
        )
        list(pipeline.commit([a_message(a_chunk(a_part())), a_message(b"rubbish")]))
    catalog.dispose()
    return made


def journal(home: Home) -> list[tuple[str, str, str]]:
    catalog = open_catalog(home.catalog_url())
    with catalog.connect() as connection:
        rows = connection.execute(sa.select(AUDIT).order_by(AUDIT.c.number)).all()
    catalog.dispose()
    return [(row.actor, row.action, row.object) for row in rows]


def test_each_entry_that_is_decided_on_has_a_line(home: Home) -> None:
    assert main(["drop", "2", "--why", "a test of the line"]) == 0
    assert main(["replay", "1"]) == 1
    assert main(["replay"]) == 1

    assert journal(home) == [
        ("operator", "quarantine.drop", "quarantine:2"),
        ("operator", "quarantine.replay", "quarantine:1"),
        ("operator", "quarantine.replay", "quarantine:open"),
    ]


def test_what_is_not_there_is_not_decided_on(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", "7", str(2**70), "--json"]) == 2

    assert "7" in capsys.readouterr().err
    assert journal(home) == []
