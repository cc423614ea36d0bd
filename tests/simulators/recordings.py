"""The recording that the tests play, and small ones made by hand."""

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

HEADING = "measured_on,ac_power\n"


def serf_east() -> Path:
    """Return where the pvanalytics package keeps its recording of SERF East."""
    spec = find_spec("pvanalytics")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "data" / "serf_east_15min_ac_power.csv"


def a_recording_file(path: Path, rows: Iterable[tuple[str, str]]) -> Path:
    """Write a recording of local times of 1 July 2016, and watts."""
    lines = [f"2016-07-01 {time}-07:00,{watts}\n" for time, watts in rows]
    path.write_text(HEADING + "".join(lines), encoding="utf-8")
    return path
