"""A second backend made whole from a copy of the archive alone: same readings, same digits."""

import shutil
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ingest.catalog import open_catalog
from ingest.storage.opening import open_store
from simulators.demo.broker import free_port
from simulators.drill import field, figures
from simulators.drill.comparison import Values, read_back
from simulators.drill.figures import DeviceDays, Figures
from simulators.drill.process import Process
from simulators.drill.setting import Setting
from simulators.drill.taken import Key
from simulators.influxd import Influxd

_BUCKET: Final = "rebuilt"
_PATIENCE_S: Final = 180.0
_WATERMARK: Final = sa.text("SELECT archive_file, archive_offset FROM watermark")
_BEHIND: Final = sa.text(
    "SELECT (SELECT COUNT(*) FROM feed),"
    " (SELECT MAX(as_of) FROM progress) - (SELECT MAX(as_of) FROM zone_figure)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What the second backend came to."""

    kept: Mapping[Key, Values]
    days: DeviceDays
    figures: Figures


def rebuild(setting: Setting) -> Rebuilt:
    """Take the whole archive in again, into an empty store and an empty catalog."""
    home = setting.folder / "rebuilt"
    settings = dict(setting.settings) | {
        "ZONEWATCH_HOME": str(home),
        "ZONEWATCH_STORE": _empty_store(setting, home),
        "ZONEWATCH_CATALOG": f"sqlite:{home / 'catalog.sqlite'}",
        "ZONEWATCH_BROKER": f"mqtt://ingest@127.0.0.1:{free_port()}",
        "ZONEWATCH_METRICS_PORT": str(free_port()),
    }
    files = field.write_registry(setting.folder / "registry")
    setting.told("registry", "import", *map(str, files), settings=settings)
    shutil.copytree(setting.home / "archive", home / "archive", dirs_exist_ok=True)
    with ExitStack() as stack:
        for name in setting.backend:
            process = _process(setting, name, settings)
            stack.callback(process.stop)
            process.start()
        url = settings["ZONEWATCH_CATALOG"]
        _until(setting, lambda: _taken_in(url, home / "archive"), "the archive is not taken in")
        until_computed(setting, url)
    store = open_store(settings["ZONEWATCH_STORE"], settings)
    try:
        kept = read_back(store, field.every_device())
    finally:
        store.close()
    return Rebuilt(kept=kept, days=figures.device_days(url), figures=figures.zone_figures(url))


def until_computed(setting: Setting, url: str) -> None:
    """Wait until analytics has taken everything and written the figures of it."""
    what = "analytics has not taken everything and written its figures"
    _until(setting, lambda: _first(url, _BEHIND) == (0, 0), what)


def _empty_store(setting: Setting, home: Path) -> str:
    if setting.store is None:
        return f"duckdb:{home / 'readings.duckdb'}"
    server = Influxd.set_up(setting.store.port)
    server.new_bucket(_BUCKET)
    return server.setting(_BUCKET)


def _process(setting: Setting, name: str, settings: Mapping[str, str]) -> Process:
    more = ["--port", str(free_port())] if name == "run" else []
    command = [*setting.programs.zonewatch, name, *more]
    log = setting.folder / f"rebuilt-{name}.log"
    return Process(
        name,
        command,
        log=log,
        more={**settings, "ZONEWATCH_METRICS_PORT": str(free_port())},
    )


def _until(setting: Setting, reached: Callable[[], bool], what: str) -> None:
    setting.until(reached, patience_s=_PATIENCE_S, what=what)


def _taken_in(url: str, archive: Path) -> bool:
    newest = max(archive.glob("*.zwa"))
    return _first(url, _WATERMARK) == (newest.name, newest.stat().st_size)


def _first(url: str, query: sa.TextClause) -> tuple[object, ...] | None:
    engine = open_catalog(url)
    try:
        with engine.connect() as connection:
            row = connection.execute(query).first()
    except SQLAlchemyError:  # its tables are not made yet
        row = None
    finally:
        engine.dispose()
    return None if row is None else tuple(row)
