"""A private InfluxDB 2 on a loopback port, for tests and measurements."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from simulators.demo.broker import free_port

TOKEN: Final = "a-token-of-this-machine-only"  # noqa: S105
ORG: Final = "zonewatch"
FIRST_BUCKET: Final = "first"
_LOOPBACK: Final = "127.0.0.1"
_READY_S: Final = 30.0
_BETWEEN_TRIES_S: Final = 0.05


class InfluxdNotReadyError(RuntimeError):
    """InfluxDB did not come up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Influxd:
    """A running server."""

    url: str

    @staticmethod
    def set_up(port: int) -> "Influxd":
        """Return the server at a port of this machine, with the first bucket."""
        server = Influxd(url=f"http://{_LOOPBACK}:{port}")
        if _call(f"{server.url}/api/v2/setup")["allowed"]:
            _call(f"{server.url}/api/v2/setup", _SETUP)
        return server

    def new_bucket(self, name: str, *, keep_s: int = 0) -> None:
        """Make a bucket that keeps what it is given for so long, for ever where 0."""
        rules = [{"type": "expire", "everySeconds": keep_s}] if keep_s else []
        org = _call(f"{self.url}/api/v2/orgs?org={ORG}")["orgs"][0]["id"]
        told = {"orgID": org, "name": name, "retentionRules": rules}
        _call(f"{self.url}/api/v2/buckets", told)

    def setting(self, bucket: str) -> str:
        """Return what ZONEWATCH_STORE says of a bucket."""
        return f"influx+{self.url}?org={ORG}&bucket={bucket}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningInfluxd(Influxd):
    """A server and its process."""

    process: "subprocess.Popen[bytes]"


def influxd() -> str | None:
    """Return where InfluxDB's program is: on PATH, else as `make servers` built it, or None."""
    if found := shutil.which("influxd"):
        return found
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "zonewatch")
    built = sorted(cache.glob("influxd-*/influxd"))
    return str(built[-1]) if built else None


def command(program: str, directory: Path, port: int) -> list[str]:
    """Return what starts a server that keeps its files in a directory and listens on a port."""
    return [
        program,
        *("--bolt-path", str(directory / "influxd.bolt")),
        *("--engine-path", str(directory / "engine")),
        *("--sqlite-path", ":memory:"),
        *("--http-bind-address", f"{_LOOPBACK}:{port}"),
        "--reporting-disabled",
    ]


@contextmanager
def running_influxd(program: str, directory: Path) -> Generator[RunningInfluxd]:
    """Run a server that keeps its files in a directory, set up with the first bucket."""
    port = free_port()
    with (directory / "influxd.log").open("ab") as said:
        process = subprocess.Popen(  # noqa: S603
            command(program, directory, port), stdout=said, stderr=said, start_new_session=True
        )
    try:
        until_it_listens(lambda: process.poll() is None, port)
        yield RunningInfluxd(url=Influxd.set_up(port).url, process=process)
    finally:
        process.terminate()
        process.wait()


_SETUP: Final = {
    "username": "zonewatch",
    "password": TOKEN,
    "org": ORG,
    "bucket": FIRST_BUCKET,
    "token": TOKEN,
}


def until_it_listens(runs: Callable[[], bool], port: int) -> None:
    """Wait until a server listens on a port; if it ends before, raise InfluxdNotReadyError."""
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline and runs():
        with socket.socket() as probe:
            if probe.connect_ex((_LOOPBACK, port)) == 0:
                return
        time.sleep(_BETWEEN_TRIES_S)
    raise InfluxdNotReadyError(f"influxd does not listen on port {port}")


def _call(url: str, told: object = None) -> dict[str, Any]:
    body = None if told is None else json.dumps(told).encode()
    headers = {"Authorization": f"Token {TOKEN}", "Content-Type": "application/json"}
    request = urllib.request.Request(url, data=body, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=_READY_S) as answer:  # noqa: S310
        found: dict[str, Any] = json.load(answer)
    return found
