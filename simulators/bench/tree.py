"""The memory of a process and its children, from Linux's /proc."""

import os
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


def resident_bytes(root: int) -> int:
    """Return the resident memory of a process and all below it; pages they share count in each."""
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        try:
            pages = (_PROC / str(process) / "statm").read_text(encoding="ascii").split()[1]
            waiting += _children(process)
        except (OSError, IndexError):  # it has just ended
            continue
        total += int(pages) * _PAGE_BYTES
    return total


def _children(process: int) -> list[int]:
    tasks = (_PROC / str(process) / "task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text(encoding="ascii").split()]
