"""The real servers that tests use where this machine has them: programs, found where they lie."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from ingest.broker.process import mosquitto
from simulators.influxd import influxd
from simulators.postgres import postgres
from tools import web


def node_modules() -> Path | None:
    """Return the folder with npm's packages and Grafana's schemas, None where it was not made."""
    return _made(web.kept("node"))


def grafana() -> Path | None:
    """Return the stand-in for a Grafana server, None where it was not built."""
    return _made(web.kept("grafana") / "grafana")


def chromium() -> str | None:
    """Return the browser, None where there is none."""
    return shutil.which("chromium")


def _made(path: Path) -> Path | None:
    return path if path.exists() else None


_PROGRAMS: Final[Mapping[str, Callable[[], object]]] = {
    "influxd": influxd,
    "mosquitto": mosquitto,
    "postgres": postgres,
    "chromium": chromium,
    "grafana": grafana,
    "node": node_modules,
}


def needs(name: str) -> pytest.MarkDecorator:
    """Skip a test where a server is not installed; in CI it then fails."""
    missing = _PROGRAMS[name]() is None and os.environ.get("CI") != "true"
    return pytest.mark.skipif(missing, reason=f"{name} is not installed")
