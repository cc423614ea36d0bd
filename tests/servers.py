"""The real servers that tests use where this machine has them: programs, found where they lie."""

import os
from collections.abc import Callable, Mapping
from typing import Final

import pytest

from ingest.broker.process import mosquitto
from simulators.influxd import influxd
from simulators.postgres import postgres

_PROGRAMS: Final[Mapping[str, Callable[[], str | None]]] = {
    "influxd": influxd,
    "mosquitto": mosquitto,
    "postgres": postgres,
}


def needs(name: str) -> pytest.MarkDecorator:
    """Skip a test where a server is not installed; in CI it then fails."""
    missing = _PROGRAMS[name]() is None and os.environ.get("CI") != "true"
    return pytest.mark.skipif(missing, reason=f"{name} is not installed")
