"""The drill's devices: inverters that say something new all the time. A process of its own.

It reads from stdin how many devices stand on each gateway's line, and says on stdout at which port
each line answers.
"""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack
from itertools import count
from typing import Final

import orjson

from gateway.profile_file import load_profiles, named
from ingest.contract.stopping import until_stopped
from simulators.boxes.modbus import ModbusBox

PROFILE: Final = "sunspec_three_phase"
_TICK_S: Final = 0.2
_TICKS_A_MINUTE: Final = 300


def says(unit: int, tick: int) -> Mapping[str, float | None]:
    """Return what a unit says at a tick: a counter that goes up, and power that goes about.

    States seldom change: an outbox never lets go of a record in which one does.
    """
    return {
        "energy_generated": (unit * 1_000_000 + tick) / 1_000,  # kWh, whole Wh
        "active_power": float((unit * 37 + tick * 11) % 9_000),
        "voltage_l1": 220 + (tick % 100) / 10,
        "frequency": 49.5 + (tick % 100) / 100,
        "operating_state": 4.0,
        "fault_word": float(tick // _TICKS_A_MINUTE % 65_536),
    }


async def live(lines: Mapping[str, int]) -> None:
    """Serve every line's devices until told to stop."""
    profile = named(load_profiles(), PROFILE)
    async with AsyncExitStack() as stack:
        boxes = {
            gateway: await stack.enter_async_context(
                ModbusBox(dict.fromkeys(range(1, units + 1), profile))
            )
            for gateway, units in lines.items()
        }
        ports = {gateway: box.port for gateway, box in boxes.items()}
        for tick in count(1):
            for gateway, box in boxes.items():
                for unit in range(1, lines[gateway] + 1):
                    box.set(unit, says(unit, tick))
            if tick == 1:
                sys.stdout.write(orjson.dumps(ports).decode() + "\n")
                sys.stdout.flush()
            await asyncio.sleep(_TICK_S)


def main() -> int:
    """Read what stands on the lines, and live."""
    asyncio.run(until_stopped(live(orjson.loads(sys.stdin.buffer.readline()))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
