"""A clock for one process that can be stepped: libfaketime before the C library, where it is there.

The system's clock is never touched, nor are the process's monotonic clocks.
"""

from pathlib import Path
from typing import Final

_LIBRARIES: Final = Path("/usr/lib")
_OFFSET: Final = "clock.offset"


def library() -> Path | None:
    """Return where libfaketime is, or None."""
    return next(iter(sorted(_LIBRARIES.glob("*/faketime/libfaketime.so.1"))), None)


def environment(folder: Path) -> dict[str, str]:
    """Return what makes a process follow the offset in a folder; nothing without libfaketime."""
    found = library()
    if found is None:
        return {}
    step(folder, hours=0)
    return {
        "LD_PRELOAD": str(found),
        "FAKETIME_TIMESTAMP_FILE": str(folder / _OFFSET),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def step(folder: Path, *, hours: int) -> None:
    """Set the clock so many hours from the system's."""
    new = (folder / _OFFSET).with_suffix(".new")
    new.write_text(f"{hours:+d}h\n", encoding="utf-8")
    new.replace(folder / _OFFSET)
