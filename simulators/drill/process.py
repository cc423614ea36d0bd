"""A process of the drill: started, killed and stopped at will, and brought back when it ends alone.

That is what a supervisor does in the field: systemd with Restart=on-failure.
"""

import logging
import os
import signal
import subprocess
import threading
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

_LOG: Final = logging.getLogger(__name__)
_GRACE_S: Final = 20.0
_PAUSE_S: Final = 1.0  # between an end and the next start


class Process:
    """One program with its arguments. It runs between start and kill or stop."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        more: Mapping[str, str] | None = None,
        refusals: Collection[int] = (),
    ) -> None:
        """Name a program.

        Args:
            name: What it is called.
            command: The program and its arguments.
            log: The file for what it says.
            more: Environment besides that of this process.
            refusals: Statuses by which it says that it did not find what it needs to start.
        """
        self.name: Final = name
        self.ends: list[int] = []  # statuses of ends that nobody asked for, but for refusals
        self._command = list(command)
        self._log = log
        self._refusals = refusals
        self._more = dict(more or {})
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The id of the process; None where none runs."""
        process = self._process
        return process.pid if process is not None else None

    def start(self) -> None:
        """Start it, if it does not run."""
        with self._turn:
            if self._process is None:
                self._begin()

    def kill(self) -> None:
        """End it by SIGKILL, at once."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end by SIGTERM, then insist."""
        self._end(signal.SIGTERM)

    def _begin(self) -> None:
        kept = {name: text for name, text in os.environ.items() if not name.startswith("ZONEWATCH")}
        with self._log.open("ab") as said:
            self._process = subprocess.Popen(  # noqa: S603
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                env=kept | {"OPENBLAS_NUM_THREADS": "1"} | self._more,
                start_new_session=True,
            )
        watching = threading.Thread(target=self._watch, args=(self._process,), daemon=True)
        watching.start()

    def _end(self, how: signal.Signals) -> None:
        with self._turn:
            process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            _LOG.warning("%s does not end when asked", self.name)
            process.kill()
            process.wait()

    def _watch(self, process: "subprocess.Popen[bytes]") -> None:
        status = process.wait()
        if self._process is not process:
            return
        if status not in self._refusals:
            said = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-1:]
            _LOG.warning("%s ended by itself with status %d: %s", self.name, status, *said or [""])
            self.ends.append(status)
        threading.Event().wait(_PAUSE_S)
        with self._turn:
            if self._process is process:
                self._begin()


def stop_all(processes: Collection[Process]) -> None:
    """Ask some to end, all at the same time, then insist."""
    with ThreadPoolExecutor(len(processes), thread_name_prefix="stopping") as pool:
        list(pool.map(Process.stop, processes))
