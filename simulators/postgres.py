"""A private PostgreSQL on a loopback port, for tests and drills."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from simulators.demo.broker import free_port

OWNER: Final = "postgres"
_BESIDE: Final = Path("/usr/lib/postgresql")
_ROOT: Final = 0
_READY: Final = "ready to accept connections"


class PostgresNotReadyError(RuntimeError):
    """PostgreSQL did not come up."""


def postgres() -> str | None:
    """Return where PostgreSQL's server is, the newest of those that lie side by side, or None."""
    beside = sorted(_BESIDE.glob("*/bin"), key=lambda folder: float(folder.parent.name))
    path = os.pathsep.join([os.environ.get("PATH", ""), *map(str, reversed(beside))])
    return shutil.which("postgres", path=path)


class Cluster:
    """A cluster of one's own in a folder, run by whom it agrees to: root may not run it.

    It sorts as a dictionary does, not by characters: a database may.
    """

    def __init__(self, program: str, folder: Path | None = None, *, durable: bool = False) -> None:
        """Use an empty folder, a temporary one where None; without durability it is faster."""
        self._programs = Path(program).resolve().parent
        self._folder = folder or Path(tempfile.mkdtemp(prefix="zonewatch-postgres-"))
        self._durable = durable
        self._port = free_port()
        self._owner = OWNER if os.geteuid() == _ROOT else None
        self._process: subprocess.Popen[str] | None = None
        self._reading: threading.Thread | None = None
        if self._owner:
            owner = pwd.getpwnam(OWNER)
            os.chown(self._folder, owner.pw_uid, owner.pw_gid)

    def url(self, database: str = OWNER) -> str:
        """Return the address of a database."""
        return f"postgresql://{OWNER}@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Start it, made where it is not there yet, and wait until it says that it is ready."""
        if not self._data.exists():
            self._make()
        options: Mapping[str, object] = {
            "listen_addresses": "127.0.0.1",
            "port": self._port,
            "unix_socket_directories": "",
            "fsync": "on" if self._durable else "off",
            "lc_messages": "C",
        }
        settings = [f"-c{name}={value}" for name, value in options.items()]
        self._process = self._run(self._programs / "postgres", "-D", self._data, *settings)
        said = _said_until_ready(self._process)
        if said is not None:
            self.end()
            raise PostgresNotReadyError(said)
        self._reading = threading.Thread(target=_drain, args=(self._process,), name="postgres says")
        self._reading.start()

    def end(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT closes connections first, SIGQUIT leaves everything as after a crash."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            if self._reading is not None:
                self._reading.join()
            elif self._process.stderr is not None:
                self._process.stderr.close()
            self._process = self._reading = None

    def remove(self) -> None:
        """End it, and remove what it wrote."""
        self.end()
        shutil.rmtree(self._folder)

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _make(self) -> None:
        made = self._run(
            *(self._programs / "initdb", "-D", self._data, "--no-sync", "--encoding=UTF8"),
            *("--auth=trust", f"--username={OWNER}"),
            *("--locale-provider=icu", "--icu-locale=en", "--locale=C"),
        )
        _, why = made.communicate()
        if made.returncode:
            raise PostgresNotReadyError(why)

    def _run(self, *command: str | Path) -> "subprocess.Popen[str]":
        return subprocess.Popen(  # noqa: S603
            command,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            user=self._owner,
            group=self._owner,
            start_new_session=True,
        )


def _said_until_ready(process: "subprocess.Popen[str]") -> str | None:
    """Wait until the server is ready; return what it said instead where it ended."""
    said: list[str] = []
    for line in process.stderr or ():
        said.append(line)
        if _READY in line:
            return None
    return "".join(said)


def _drain(process: "subprocess.Popen[str]") -> None:
    """Read what the server says: a full pipe would hold it up."""
    if process.stderr is not None:
        with process.stderr:
            deque(process.stderr, maxlen=0)
