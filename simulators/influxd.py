"""A private InfluxDB 2 on a loopback port, for tests and measurements."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Generator
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
    """A running server and its process."""

    url: str
    process: "subprocess.Popen[bytes]"

    def new_bucket(self, name: str, *, keep_s: int = 0) -> None:
        """Make a bucket that keeps what it is given for so long, for ever where 0."""
        rules = [{"type": "expire", "everySeconds": keep_s}] if keep_s else []
        org = _call(f"{self.url}/api/v2/orgs?org={ORG}")["orgs"][0]["id"]
        told = {"orgID": org, "name": name, "retentionRules": rules}
        _call(f"{self.url}/api/v2/buckets", told)

    def setting(self, bucket: str) -> str:
        """Return what ZONEWATCH_STORE says of a bucket."""
        return f"influx+{self.url}?org={ORG}&bucket={bucket}"


def influxd() -> str | None:
    """Return where InfluxDB's program is: on PATH, else as `make servers` built it, or None."""
    if found := shutil.which("influxd"):
        return found
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "zonewatch")
    built = sorted(cache.glob("influxd-*/influxd"))
    return str(built[-1]) if built else None


@contextmanager
def running_influxd(program: str, directory: Path) -> Generator[Influxd]:
    """Run a server that keeps its files in a directory, set up with the first bucket."""
    port = free_port()
    command = [
        program,
        *("--bolt-path", str(directory / "influxd.bolt")),
        *("--engine-path", str(directory / "engine")),
        *("--sqlite-path", ":memory:"),
        *("--http-bind-address", f"{_LOOPBACK}:{port}"),
        "--reporting-disabled",
    ]
    with (directory / "influxd.log").open("ab") as said:
        process = subprocess.Popen(  # noqa: S603
            command, stdout=said, stderr=said, start_new_session=True
        )
    try:
        _until_it_listens(process, port)
        server = Influxd(url=f"http://{_LOOPBACK}:{port}", process=process)
        if _call(f"{server.url}/api/v2/setup")["allowed"]:
            _call(f"{server.url}/api/v2/setup", _SETUP)
        yield server
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


def _until_it_listens(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + _READY_S
    while time.monotonic() < deadline and process.poll() is None:
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
