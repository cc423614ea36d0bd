"""The child process in which a demo's devices live, behind real Modbus servers.

It says on stdout, in one line of JSON, at which port each gateway's line answers, and then lives
as its parent's clock tells.
"""

import asyncio
import pickle
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from pymodbus.constants import ExcCodes

from gateway.clock import ClockLostError, FollowedClock
from gateway.profile_file import load_profiles, named
from gateway.service import until_told_to_stop
from ingest.contract.period import micros
from simulators.boxes.modbus import ModbusBox
from simulators.causes import demo_causes
from simulators.demo.site import DemoSite
from simulators.truth import TruthLog
from simulators.world.zone import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What the parent process wants simulated."""

    sites: Sequence[DemoSite]
    start: datetime
    days: int  # in which the labelled causes happen
    seed: int
    clock_port: int
    truth: Path  # directory of truth logs


@dataclass(slots=True, kw_only=True)
class Living:
    """A site while it lives."""

    site: DemoSite
    world: World
    box: ModbusBox
    truth: TruthLog
    _shown: int | None = None

    def show(self, step: int) -> None:
        """Put a step's values into the registers; devices that are silent answer nobody."""
        self.settle()
        values, silent = self.world.at(step), self.world.silent(step)
        for device, unit in self.site.units.items():
            self.box.set(unit, values[device])
            self.box.refuse(unit, ExcCodes.GATEWAY_NO_RESPONSE if device in silent else None)
        self._shown = step

    def settle(self) -> None:
        """Write down what was read of the step shown: that much is known to the world."""
        if self._shown is None:
            return
        read, values = self.box.take_read(), self.world.at(self._shown)
        told = {device: values[device] for device, unit in self.site.units.items() if unit in read}
        if told:
            self.truth.append(self.world.instant(self._shown), told)
            self.truth.flush()
        self._shown = None


async def live(orders: Orders) -> None:
    """Serve the devices of all sites until told to stop, or until the clock is gone."""
    async with AsyncExitStack() as stack:
        living = [await _come_to_life(stack, orders, site) for site in orders.sites]
        ports = {one.site.gateway: one.box.port for one in living}
        sys.stdout.write(orjson.dumps(ports).decode() + "\n")
        sys.stdout.flush()
        clock = FollowedClock("127.0.0.1", orders.clock_port, name="devices", rank=0, sleepers=1)
        await stack.enter_async_context(clock)
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(clock.follow(), name="clock")
                tasks.create_task(_live(living, clock, orders.start), name="devices")
        finally:
            for one in living:
                one.settle()


async def _live(living: Sequence[Living], clock: FollowedClock, start: datetime) -> None:
    world = living[0].world
    pace = world.step // timedelta(microseconds=1)
    while True:
        step = (micros(clock.now()) - micros(start)) // pace
        for one in living:
            one.show(step)
        next_at = micros(start) + (step + 1) * pace
        await clock.sleep(timedelta(microseconds=next_at - micros(clock.now())))


async def _come_to_life(stack: AsyncExitStack, orders: Orders, site: DemoSite) -> Living:
    causes = demo_causes(site.world, seed=orders.seed, start=orders.start, days=orders.days)
    world = World(site.world, seed=orders.seed, start=orders.start, causes=causes)
    truth = stack.enter_context(TruthLog(orders.truth / f"{site.world.id}.jsonl"))
    truth.label(causes)
    profiles = load_profiles()
    units = {unit: named(profiles, site.profiles[device]) for device, unit in site.units.items()}
    box = await stack.enter_async_context(ModbusBox(units))
    return Living(site=site, world=world, box=box, truth=truth)


def main() -> int:
    """Read orders from stdin and carry them out."""
    orders: Orders = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent
    with suppress(ClockLostError):
        asyncio.run(until_told_to_stop(live(orders)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
