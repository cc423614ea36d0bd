"""The demo: seven days of three zones through the whole chain, its time and its peak memory."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from simulators.bench.figure import Figures, Measured, MeasuringFailedError
from simulators.bench.tree import resident_bytes

DAYS: Final = 7
_GLANCE_S: Final = 0.2  # between two looks at the memory


def measure(days: int = DAYS) -> Figures:
    """Run the demo once in a home of its own."""
    with tempfile.TemporaryDirectory() as directory:
        seconds, peak, printed = _run(days, Path(directory))
    document = json.loads(printed)
    return {
        "seconds": Measured(seconds, "s"),
        "peak_resident_bytes": Measured(peak, "By"),
        "records": Measured(document["records"], "1"),
        "values": Measured(document["values"], "1"),
        "values_per_second": Measured(document["values"] / seconds, "/s"),
    }


def _run(days: int, directory: Path) -> tuple[float, int, str]:
    home, out = directory / "home", directory / "out.json"
    command = ["demo", "--days", str(days), "--once", "--json", "--home", str(home)]
    began, peak = time.perf_counter(), 0
    with out.open("wb") as printed:
        process = subprocess.Popen(  # noqa: S603 - this very program
            [sys.executable, "-m", "zonewatch", *command], stdout=printed
        )
        try:
            while process.poll() is None:
                peak = max(peak, resident_bytes(process.pid))
                time.sleep(_GLANCE_S)
        finally:
            process.terminate()
            process.wait()
    if process.returncode:
        raise MeasuringFailedError(f"the demo ended with exit status {process.returncode}")
    return time.perf_counter() - began, peak, out.read_text(encoding="utf-8")
