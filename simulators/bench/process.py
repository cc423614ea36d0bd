"""What a process has used, from Linux's /proc."""

import os
from pathlib import Path


def busy_s(process: int) -> float:
    """Return the processor time a process has taken, in its own code and in the kernel."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_bytes(process: int, field: str = "VmRSS") -> int:
    """Return a process's resident memory, the most it ever had where VmHWM is asked for."""
    status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1_024
