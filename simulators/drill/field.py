"""The field side of the drill: a zone's registry, and gateways as processes.

Two gateways work all the time, at one poll a second; others come out for a fault of their own.
"""

import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import orjson

from simulators.drill.devices import PROFILE
from simulators.drill.disk import Disk
from simulators.drill.process import Process
from simulators.drill.taken import LOG_VARIABLE

ZONE: Final = "drill"
STEADY: Final = ("drill-gw-1", "drill-gw-2")
LONG: Final = "drill-gw-long"
CLOCK: Final = "drill-gw-clock"
RETIRED: Final = "drill-gw-retired"
FUZZ: Final = "drill-gw-fuzz"
LINES: Final[Mapping[str, int]] = {STEADY[0]: 12, STEADY[1]: 12, LONG: 10, CLOCK: 4, RETIRED: 6}
OUTBOX: Final = "outbox.db"

_ZONES: Final = f"""\
id,name,country,grid,timezone,latitude,longitude
{ZONE},Drill,KH,KH,Asia/Phnom_Penh,10.6093,103.5296
"""
_SITES: Final = f"""\
id,zone,name,latitude,longitude
drill-site,{ZONE},Drill site,10.6093,103.5296
"""


def devices_of(gateway: str) -> list[str]:
    """Return the devices on a gateway's line, in the order of their addresses."""
    return [f"{gateway}-pv-{unit:02}" for unit in range(1, LINES.get(gateway, 1) + 1)]


def every_device() -> list[str]:
    """Return all devices whose gateways keep a log."""
    return [device for gateway in LINES for device in devices_of(gateway)]


def write_registry(folder: Path) -> list[Path]:
    """Write the zone as files to be imported."""
    gateways = [*LINES, FUZZ]
    texts = {
        "zones": _ZONES,
        "sites": _SITES,
        "gateways": "id,site,provenance\n"
        + "".join(f"{gateway},drill-site,simulated\n" for gateway in gateways),
        "devices": "id,gateway,device_class,profile,painted_number,lot,latitude,longitude,"
        "interval_s,rated_power_w,rated_power_basis,accuracy_percent,grid_connection,schedule,"
        "handed_over\n"
        + "".join(
            f"{device},{gateway},school_pv,{PROFILE},,,,,1,10000,assumed,5,on,,2025-01-01\n"
            for gateway in gateways
            for device in devices_of(gateway)
        ),
    }
    folder.mkdir(exist_ok=True)
    paths = [folder / f"{name}.csv" for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


@contextmanager
def living_devices(folder: Path) -> Generator[Mapping[str, int]]:
    """Let all devices live; yield at which port each gateway's line answers."""
    with (folder / "devices.log").open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "simulators.drill.devices"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    with process:
        try:
            if process.stdin is None or process.stdout is None:
                raise RuntimeError("no pipe to the devices")
            process.stdin.write(orjson.dumps(LINES) + b"\n")
            process.stdin.close()
            yield orjson.loads(process.stdout.readline())
        finally:
            process.terminate()


class Gateway:
    """A gateway's process, with a home that may be on a disk of its own."""

    def __init__(
        self,
        name: str,
        *,
        program: Sequence[str],
        home: Path,
        logs: Path,
        disk: Disk | None = None,
        more: Mapping[str, str] | None = None,
    ) -> None:
        """Name a gateway; its process gets more environment."""
        self.name: Final = name
        self.disk: Final = disk
        self.outbox: Final = home / OUTBOX
        self._home = home
        self._config = logs.parent / f"{name}.toml"
        self.process: Final = Process(
            name,
            [*program, str(self._config)],
            log=logs.parent / f"{name}.log",
            more={LOG_VARIABLE: str(logs / f"{name}.jsonl"), **(more or {})},
        )

    def configure(
        self, *, broker: int, line: int, follow: int | None = None, room: int | None = None
    ) -> None:
        """Write its site file.

        Args:
            broker: At which port of this machine the broker is.
            line: At which its devices are.
            follow: At which it is told the time; None: it asks the machine.
            room: How many records its outbox has room for; None: as many as usual.
        """
        units = "".join(
            f'\n[[line.device]]\nid = "{device}"\nprofile = "{PROFILE}"\nunit = {unit}\n'
            for unit, device in enumerate(devices_of(self.name), start=1)
        )
        outbox = f"\n[outbox]\nmax_records = {room}\n" if room else ""
        clock = f'\n[clock]\nfollow = "127.0.0.1:{follow}"\n' if follow else ""
        self._config.write_text(
            f"""\
gateway = "{self.name}"
home = "{self._home}"
interval_s = {300 if follow else 1}

[broker]
url = "mqtt://127.0.0.1:{broker}"
{clock}{outbox}
[[line]]
url = "modbus+tcp://127.0.0.1:{line}"
timeout_ms = 3000
{units}""",
            encoding="utf-8",
        )
