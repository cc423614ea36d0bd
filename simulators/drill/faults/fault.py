"""What a fault is: something that is done to the running whole, and put right again."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from enum import StrEnum

from simulators.drill import clock
from simulators.drill.setting import Setting

Strike = Callable[[Setting, ExitStack], None]


class Need(StrEnum):
    """What a fault cannot do without; the value says so in an error."""

    INFLUXD = "InfluxDB is not installed"
    POSTGRES = "PostgreSQL is not installed"
    DISK = "a disk of its own needs root, mkfs.ext4 and a loop device"
    FAKETIME = "libfaketime is not installed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault. It returns when all is put right; what it leaves on the stack ends afterwards."""

    name: str
    strike: Strike
    needs: frozenset[Need] = frozenset()

    def left_out(self, setting: Setting) -> str | None:
        """Return why it cannot be done on this machine."""
        there = {
            Need.INFLUXD: setting.store is not None,
            Need.POSTGRES: setting.has_postgres,
            Need.DISK: bool(setting.disks),
            Need.FAKETIME: clock.library() is not None,
        }
        return next((need for need in sorted(self.needs) if not there[need]), None)
