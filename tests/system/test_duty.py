"""Two processes of the API on one PostgreSQL: one of them tells people, and each thing once."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import sqlalchemy as sa

from analytics.alarms.lifecycle import NEW, Kept
from analytics.alarms.notice import NoticeKind
from analytics.alarms.notices import Told
from analytics.service import alarms, notices
from api.catalog import ready_catalog
from api.notices import deliveries
from api.notices.deliveries import State
from ingest.contract.clock import SystemClock
from ingest.contract.period import micros
from ingest.home import Home
from ingest.registry.model import Language
from ingest.registry.tables import append
from tests.api.notices.builders import a_person, a_registry, an_alarm
from tests.catalogs import a_postgres_url
from tests.receivers import Receiver, a_receiver
from tests.servers import needs
from tests.system.test_run import ROOT

_PATIENCE_S = 60.0
_ON_DUTY = "on duty"
_STARTED = "Started server process"


@dataclass
class Api:
    """A process of the API, and what it has said."""

    process: "subprocess.Popen[bytes]"
    log: Path

    def has_said(self, words: str) -> bool:
        return words in self.log.read_text()


@dataclass
class Office:
    """A catalog, somebody who is told by a webhook, and processes that tell."""

    home: Home
    catalog: sa.Engine
    hook: Receiver
    settings: dict[str, str]
    stack: ExitStack
    told: list[Api] = field(default_factory=list)

    def start(self) -> Api:
        log = self.home.path / f"api-{len(self.told)}.log"
        with log.open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "zonewatch", "api", "--port", "0"],
                cwd=ROOT,
                env=os.environ | self.settings | {"OPENBLAS_NUM_THREADS": "1"},
                stderr=said,
            )
        self.stack.callback(_ended, process)
        self.told.append(Api(process, log))
        return self.told[-1]

    def notice(self) -> None:
        """Let something be told of a lamp."""
        now = micros(SystemClock().now())
        with self.catalog.begin() as connection:
            alarm = replace(an_alarm(), id=NEW)
            made = alarms.put(connection, Kept(alarm=alarm, faults=frozenset()), None)
            telling = Told(kind=NoticeKind.RAISED, step=0, at=now, devices=1)
            notices.write(connection, made.alarm, telling)

    def is_settled(self) -> bool:
        """Tell whether all that went out is written down."""
        with self.catalog.connect() as connection:
            return deliveries.counts(connection)[State.SENDING] == 0


def _ended(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


@contextmanager
def an_office(folder: Path, url: str) -> Generator[Office]:
    home = Home.create(folder / "home")
    with ExitStack() as stack:
        hook = stack.enter_context(a_receiver())
        catalog = ready_catalog(url)
        stack.callback(catalog.dispose)
        person = a_person(language=Language.ENGLISH, channels=("hook",))
        with catalog.begin() as connection:
            for change in (1, 2):
                told = [
                    (entry.valid_from, entry.item)
                    for entry in a_registry(person).entries
                    if entry.change == change
                ]
                append(connection, told, actor="test", source="test", known_at=SystemClock().now())
        settings = {
            "ZONEWATCH_HOME": str(home.path),
            "ZONEWATCH_CATALOG": url,
            "ZONEWATCH_STORE": "memory:",
            "ZONEWATCH_CHANNEL_HOOK": hook.url.replace("http:", "json:"),
        }
        yield Office(home, catalog, hook, settings, stack)


def until(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@needs("postgres")
def test_two_processes_tell_once_and_the_second_goes_on_when_the_first_is_killed(
    tmp_path: Path,
) -> None:
    with a_postgres_url() as url, an_office(tmp_path, url) as office:
        first = office.start()
        until(lambda: first.has_said(_ON_DUTY) and first.has_said(_STARTED))
        second = office.start()
        until(lambda: second.has_said(_STARTED))

        office.notice()
        until(lambda: len(office.hook.posts) == 1 and office.is_settled())
        first.process.send_signal(signal.SIGKILL)
        office.notice()
        until(lambda: len(office.hook.posts) >= 2 and office.is_settled())

        assert second.has_said(_ON_DUTY)
        titles = [json.loads(post.body)["title"] for post in office.hook.posts]
        assert len(titles) == 2
        assert all("Lamp dark at night" in title for title in titles)
