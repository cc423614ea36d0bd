"""A gateway as it is, which also writes down what it took: a process of the drill.

The log is no part of what the gateway promises, so it is written after the commit has returned.
"""

import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import gateway.service
from gateway.cli import main as gateway_main
from gateway.driver import PolledDevice, Readout
from gateway.drivers.modbus.line import ModbusLine
from gateway.outbox import Outbox
from ingest.contract.ranges import Ranges
from ingest.contract.record import Record
from simulators.drill import taken


class LoggedOutbox(Outbox):
    """Tells of every commit that is begun, and of every one that returned."""

    def append(self, records: Sequence[Record], *, entered_at: datetime) -> Ranges:
        """Append as an outbox does."""
        if records:
            _write(taken.trying(records))
        numbers = super().append(records, entered_at=entered_at)
        if numbers:
            _write(taken.taken(self.boot, numbers.numbers(), records))
        return numbers


class LoggedLine(ModbusLine):
    """Tells of every answer of a device."""

    async def read(self, device: PolledDevice) -> Readout:
        """Read as a line does."""
        readout = await super().read(device)
        _write(taken.said())
        return readout


def _write(line: bytes) -> None:
    with Path(os.environ[taken.LOG_VARIABLE]).open("ab", buffering=0) as log:
        log.write(line)


def main() -> int:
    """Run the gateway of the site file named."""
    gateway.service.__dict__.update(Outbox=LoggedOutbox, ModbusLine=LoggedLine)
    return gateway_main()


if __name__ == "__main__":
    sys.exit(main())
