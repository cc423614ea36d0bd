"""How everything the drill runs is laid out in a folder and started, from the servers there are."""

import random
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.broker.process import mosquitto
from simulators import influxd
from simulators.demo.broker import free_port
from simulators.drill import clock, taken
from simulators.drill import field as field_side
from simulators.drill.disk import Disk, mounted
from simulators.drill.field import Gateway
from simulators.drill.process import Process, stop_all
from simulators.drill.relay import Loop, Relay
from simulators.drill.servers import (
    Broker,
    Catalog,
    Influx,
    PostgresCatalog,
    Settings,
    SqliteCatalog,
)
from simulators.drill.setting import NotReachedError, Programs, Setting
from simulators.postgres import postgres

_BUCKET: Final = "readings"
_TOKEN_VARIABLE: Final = "ZONEWATCH_STORE_TOKEN"  # noqa: S105
_FIRST_S: Final = 60.0
_REFUSED: Final = 2  # a stage's exit status where a server it needs at its start is away


class NoBrokerError(Exception):
    """There is no Mosquitto, and ingest as a process speaks to no other broker on this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The servers there are."""

    mosquitto: str
    influxd: str | None
    postgres: str | None

    @classmethod
    def found(cls) -> "Parts":
        """Return what this machine has, or raise NoBrokerError."""
        broker = mosquitto()
        if broker is None:
            raise NoBrokerError("Mosquitto is not installed: see make servers")
        return cls(mosquitto=broker, influxd=influxd.influxd(), postgres=postgres())


@contextmanager
def laid_out(
    folder: Path,
    parts: Parts,
    *,
    seed: int,
    thorough: bool = True,
    programs: Programs | None = None,
) -> Generator[Setting]:
    """Run everything in a folder for as long as the context lasts.

    Args:
        folder: An empty one.
        parts: The servers to use.
        seed: What happens at random follows from it.
        thorough: Whether faults last as long and come as often as they should.
        programs: What to start.
    """
    with ExitStack() as stack:
        setting = _start(stack, folder, parts, programs or Programs(), seed)
        setting.thorough = thorough
        yield setting


def _start(stack: ExitStack, folder: Path, parts: Parts, programs: Programs, seed: int) -> Setting:
    (folder / "logs").mkdir()
    loop = stack.enter_context(Loop())
    disks = {
        name: disk
        for name, mebibytes in (("home", 256), ("catalog", 512), ("outbox", 64))
        if (disk := stack.enter_context(mounted(folder / name, mebibytes=mebibytes))) is not None
    }
    broker = Broker(parts.mosquitto, folder / "broker")
    stack.callback(broker.process.stop)
    broker.start()
    catalog = _catalog(stack, folder, parts)
    store, settings = _store(stack, folder, parts)
    settings |= {
        "ZONEWATCH_HOME": str(folder / "home"),
        "ZONEWATCH_CATALOG": catalog.url,
        "ZONEWATCH_BROKER": f"mqtt://ingest@127.0.0.1:{broker.port}",
        "ZONEWATCH_METRICS_PORT": str(free_port()),
        "ZONEWATCH_DISK_FLOOR_MIB": "0",  # so that a full disk is met, and not the floor before it
    }
    link = Relay(loop, broker.port, packets=True)
    stack.callback(link.close)
    store_link = None if store is None else Relay(loop, store.port, packets=False)
    if store_link is not None:
        stack.callback(store_link.close)
    setting = Setting(
        folder=folder,
        programs=programs,
        loop=loop,
        broker=broker,
        link=link,
        catalog=catalog,
        store=store,
        store_link=store_link,
        backend=_backend(folder, programs, settings, store_link),
        gateways=_gateways(folder, programs, disks.get("outbox")),
        lines=stack.enter_context(field_side.living_devices(folder)),
        settings=settings,
        disks=disks,
        rng=random.Random(seed),
        thorough=True,
    )
    _begin(stack, setting)
    return setting


def _catalog(stack: ExitStack, folder: Path, parts: Parts) -> Catalog:
    if parts.postgres is None:
        return SqliteCatalog(folder / "home")
    catalog = PostgresCatalog(parts.postgres, folder / "catalog")
    stack.callback(catalog.end)
    catalog.start()
    catalog.make()
    return catalog


def _store(stack: ExitStack, folder: Path, parts: Parts) -> tuple[Influx | None, dict[str, str]]:
    if parts.influxd is None:
        return None, {"ZONEWATCH_STORE": f"duckdb:{folder / 'home' / 'readings.duckdb'}"}
    store = Influx(parts.influxd, folder / "influx")
    stack.callback(store.process.stop)
    server = store.start()
    server.new_bucket(_BUCKET)
    return store, {
        "ZONEWATCH_STORE": server.setting(_BUCKET),
        _TOKEN_VARIABLE: influxd.TOKEN,
    }


def _backend(
    folder: Path, programs: Programs, settings: Settings, link: Relay | None
) -> dict[str, Process]:
    def process(name: str, more: Settings, *arguments: str) -> Process:
        command = [*programs.zonewatch, name, *arguments]
        log = folder / f"{name}.log"
        return Process(name, command, log=log, more={**settings, **more}, refusals=(_REFUSED,))

    if link is None:
        return {"run": process("run", {}, "--port", str(free_port()))}
    relayed = influxd.Influxd(url=f"http://127.0.0.1:{link.port}").setting(_BUCKET)
    return {
        "ingest": process("ingest", {"ZONEWATCH_STORE": relayed}),
        "analytics": process("analytics", {"ZONEWATCH_METRICS_PORT": str(free_port())}),
    }


def _gateways(folder: Path, programs: Programs, disk: Disk | None) -> dict[str, Gateway]:
    def home(name: str) -> Path:
        return folder / "outbox" if name == field_side.STEADY[1] else folder / f"home-of-{name}"

    return {
        name: Gateway(
            name,
            program=programs.gateway,
            home=home(name),
            logs=folder / "logs",
            disk=disk if name == field_side.STEADY[1] else None,
            more=clock.environment(folder) if name == field_side.CLOCK else None,
        )
        for name in field_side.LINES
    }


def _begin(stack: ExitStack, setting: Setting) -> None:
    files = field_side.write_registry(setting.folder / "registry")
    done = setting.told("registry", "import", *map(str, files))
    if done.returncode:
        raise NotReachedError(f"the registry was not taken: {done.stderr}")
    for name, gateway in setting.gateways.items():
        gateway.configure(broker=setting.link.port, line=setting.lines[name])
    steady = [setting.gateways[name].process for name in field_side.STEADY]
    stack.callback(stop_all, setting.processes)
    for process in (*setting.backend.values(), *steady):
        process.start()
    setting.until_ready()
    setting.until(
        lambda: len(taken.read(setting.logs).heads) == len(field_side.STEADY),
        patience_s=_FIRST_S,
        what="gateways took nothing",
    )
