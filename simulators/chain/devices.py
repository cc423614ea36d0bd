"""The child process in which a chain's devices live, behind real Modbus servers.

It says on stdout, in one line of JSON, at which port each gateway's line answers, and then lives
as its parent's clock tells.
"""

import asyncio
import pickle
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import orjson
from pymodbus.constants import ExcCodes

from gateway.clock import ClockLostError, FollowedClock
from gateway.profile import Profile
from gateway.profile_file import load_profiles, named
from ingest.contract.identity import DeviceId
from ingest.contract.period import instant, micros
from ingest.contract.stopping import until_stopped
from simulators.boxes.modbus import ModbusBox
from simulators.chain.play import Play
from simulators.chain.site import FieldSite
from simulators.truth import TruthLog


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """A site, and what its devices are to say."""

    site: FieldSite
    play: Play


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What the parent process wants played."""

    played: Sequence[Played]
    clock_port: int
    truth: Path  # directory of truth logs


@dataclass(slots=True, kw_only=True)
class Living:
    """A site while it lives."""

    play: Play
    units: Mapping[DeviceId, int]
    box: ModbusBox
    truth: TruthLog
    _shown: int | None = field(default=None, init=False)

    def show(self, step: int) -> None:
        """Put a step's values into the registers; devices that are silent answer nobody."""
        self.settle()
        values, silent = self.play.at(step), self.play.silent(step)
        for device, unit in self.units.items():
            self.box.set(unit, values[device])
            self.box.refuse(unit, ExcCodes.GATEWAY_NO_RESPONSE if device in silent else None)
        self._shown = step

    def settle(self) -> None:
        """Write down what was read of the step shown: that much is known to the world."""
        if self._shown is None:
            return
        read, values = self.box.take_read(), self.play.at(self._shown)
        told = {device: values[device] for device, unit in self.units.items() if unit in read}
        if told:
            self.truth.append(self.play.instant(self._shown), told)
            self.truth.flush()
        self._shown = None

    async def live(self, clock: FollowedClock) -> None:
        """Show each step when it comes, until cancelled."""
        pace = self.play.step // timedelta(microseconds=1)
        while True:
            step = (micros(clock.now()) - self.play.instant(0)) // pace
            self.show(step)
            await clock.sleep(instant(self.play.instant(step + 1)) - clock.now())


async def live(orders: Orders) -> None:
    """Serve the devices of all sites until told to stop, or until the clock is gone."""
    profiles = load_profiles()
    async with AsyncExitStack() as stack:
        living = {
            each.site.gateway: await _come_to_life(stack, each, profiles, orders.truth)
            for each in orders.played
        }
        ports = {gateway: one.box.port for gateway, one in living.items()}
        sys.stdout.write(orjson.dumps(ports).decode() + "\n")
        sys.stdout.flush()
        clock = FollowedClock(
            "127.0.0.1", orders.clock_port, name="devices", rank=0, sleepers=len(living)
        )
        await stack.enter_async_context(clock)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(clock.follow(), name="clock")
                for gateway, one in living.items():
                    tasks.create_task(one.live(clock), name=f"devices of {gateway}")
        finally:
            for one in living.values():
                one.settle()


async def _come_to_life(
    stack: AsyncExitStack, played: Played, profiles: Mapping[str, Profile], folder: Path
) -> Living:
    site = played.site
    truth = stack.enter_context(TruthLog(folder / f"{site.zone.id}.jsonl"))
    truth.label(played.play.causes)
    units = {unit: named(profiles, site.profiles[device]) for device, unit in site.units.items()}
    box = await stack.enter_async_context(ModbusBox(units))
    return Living(play=played.play, units=site.units, box=box, truth=truth)


def main() -> int:
    """Read orders from stdin and carry them out."""
    orders: Orders = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent
    with suppress(ClockLostError):
        asyncio.run(until_stopped(live(orders)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
