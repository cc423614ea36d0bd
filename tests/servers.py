"""The real servers that tests use where this machine has them: programs, found where they lie."""

import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import pytest

from ingest.broker.process import mosquitto
from simulators.influxd import influxd

_POSTGRES: Final = Path("/usr/lib/postgresql")


def postgres() -> str | None:
    """Where PostgreSQL's server is, the newest of those that lie side by side, or None."""
    beside = sorted(_POSTGRES.glob("*/bin"), key=lambda folder: float(folder.parent.name))
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, reversed(beside))])
    return shutil.which("postgres", path=path)


_PROGRAMS: Final[Mapping[str, Callable[[], str | None]]] = {
    "influxd": influxd,
    "mosquitto": mosquitto,
    "postgres": postgres,
}


def needs(name: str) -> pytest.MarkDecorator:
    """Skip a test where a server is not installed; in CI it then fails."""
    missing = _PROGRAMS[name]() is None and os.environ.get("CI") != "true"
    return pytest.mark.skipif(missing, reason=f"{name} is not installed")
