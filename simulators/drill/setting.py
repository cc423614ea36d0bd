"""Everything the drill runs, wired: devices, gateways, broker, backend and servers."""

import os
import random
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ingest.storage.opening import open_store
from simulators.drill import field as field_side
from simulators.drill.account import held
from simulators.drill.comparison import Values, read_back
from simulators.drill.disk import Disk
from simulators.drill.field import Gateway
from simulators.drill.process import Process
from simulators.drill.relay import Loop, Relay
from simulators.drill.servers import (
    Broker,
    Catalog,
    Influx,
    PostgresCatalog,
    Settings,
)
from simulators.drill.taken import Key

_READY_S: Final = 60.0
_FAILURES: Final = "zonewatch_ingest_failures_total "
_GLANCE_S: Final = 0.1


class NotReachedError(Exception):
    """Something did not come about in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """What is started as zonewatch and as a gateway."""

    zonewatch: Sequence[str] = (sys.executable, "-m", "zonewatch")
    gateway: Sequence[str] = (sys.executable, "-m", "simulators.drill.logged_gateway")


@dataclass(slots=True, kw_only=True)
class Setting:
    """The running whole, as faults find it."""

    folder: Path
    programs: Programs
    loop: Loop
    broker: Broker
    link: Relay  # from gateways to the broker
    catalog: Catalog
    store: Influx | None  # None: a DuckDB file of the one process
    store_link: Relay | None  # from ingest to the store
    backend: Mapping[str, Process]
    gateways: Mapping[str, Gateway]
    lines: Mapping[str, int]
    settings: Settings
    disks: Mapping[str, Disk]
    rng: random.Random
    thorough: bool
    problems: list[str] = field(default_factory=list)

    @property
    def home(self) -> Path:
        """The backend's home."""
        return self.folder / "home"

    @property
    def logs(self) -> Path:
        """The folder of the gateways' truth logs."""
        return self.folder / "logs"

    @property
    def ingest(self) -> Process:
        """The process that takes messages in."""
        return self.backend.get("ingest") or self.backend["run"]

    @property
    def processes(self) -> list[Process]:
        """What runs of the backend and of the gateways, servers apart."""
        gateways = (gateway.process for gateway in self.gateways.values())
        return [*self.backend.values(), *gateways]

    @property
    def has_postgres(self) -> bool:
        """Whether the catalog is in PostgreSQL."""
        return isinstance(self.catalog, PostgresCatalog)

    def live(self, seconds: float) -> None:
        """Let everything go on for a while."""
        time.sleep(seconds)

    def outboxes(self) -> dict[str, Path]:
        """Return the outbox files by gateway."""
        return {name: gateway.outbox for name, gateway in self.gateways.items()}

    def until_settled(self, heads: Mapping[tuple[str, str], int], *, patience_s: float) -> float:
        """Wait until gateways that run hold nothing up to some numbers; return how long. [s]"""
        began = time.monotonic()

        def gone() -> bool:
            running = {
                name: gateway.outbox
                for name, gateway in self.gateways.items()
                if gateway.process.pid is not None
            }
            kept = held(running)
            return all(not kept[boot].within(1, heads.get(boot, 0)) for boot in kept)

        self.until(gone, patience_s=patience_s, what="gateways still hold what they took")
        return time.monotonic() - began

    def until(self, reached: Callable[[], bool], *, patience_s: float, what: str) -> None:
        """Wait until something has come about, or raise NotReachedError."""
        deadline = time.monotonic() + patience_s
        while not reached():
            if time.monotonic() > deadline:
                raise NotReachedError(f"after {patience_s:.0f} s {what}")
            time.sleep(_GLANCE_S)

    def until_ready(self) -> None:
        """Wait until the backend says that it is ready."""
        port = self.settings["ZONEWATCH_METRICS_PORT"]
        self.until(lambda: _ready(port), patience_s=_READY_S, what="ingest is not ready")

    def failures(self) -> float:
        """Return how many commits ingest has had to try again since it started."""
        port = self.settings["ZONEWATCH_METRICS_PORT"]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
            lines = answer.read().decode().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(_FAILURES))

    def told(
        self, *arguments: str, settings: Settings | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command of zonewatch, on the home or another, and return what it said."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("ZONEWATCH")}
        return subprocess.run(  # noqa: S603
            [*self.programs.zonewatch, *arguments],
            env=kept | dict(settings or self.settings),
            capture_output=True,
            text=True,
            check=False,
        )

    def read_store(self) -> dict[Key, Values]:
        """Return all readings of the drill's devices, as they can be read back."""
        if self.store is None:
            self.ingest.stop()
        store = open_store(self.settings["ZONEWATCH_STORE"], self.settings)
        try:
            return read_back(store, field_side.every_device())
        finally:
            store.close()
            if self.store is None:
                self.ingest.start()


def _ready(port: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
