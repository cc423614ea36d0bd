"""The child process in which a demo's devices live, behind real Modbus servers.

It says on stdout, in one line of JSON, at which port each gateway's line answers, and then lives
as its parent's clock tells.
"""

import asyncio
import pickle
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from gateway.clock import FollowedClock
from gateway.profiles import load_profile
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Living:
    """A site while it lives."""

    site: DemoSite
    world: World
    box: ModbusBox
    truth: TruthLog

    def show(self, step: int) -> None:
        """Put a step's values into the registers, and into the truth log what can be read."""
        values, silent = self.world.at(step), self.world.silent(step)
        for device, unit in self.site.units.items():
            self.box.set(unit, values[device])
            self.box.silence(unit, on=device in silent)
        spoken = {device: told for device, told in values.items() if device not in silent}
        self.truth.append(self.world.instant(step), spoken)
        self.truth.flush()


async def live(orders: Orders) -> None:
    """Serve the devices of all sites until the clock is gone."""
    async with AsyncExitStack() as stack:
        living = [await _come_to_life(stack, orders, site) for site in orders.sites]
        ports = {one.site.gateway: one.box.port for one in living}
        sys.stdout.write(orjson.dumps(ports).decode() + "\n")
        sys.stdout.flush()
        clock = FollowedClock("127.0.0.1", orders.clock_port, name="devices", rank=0, sleepers=1)
        await stack.enter_async_context(clock)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(clock.follow(), name="clock")
            tasks.create_task(_live(living, clock, orders.start), name="devices")


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
    units = {unit: load_profile(site.profiles[device]) for device, unit in site.units.items()}
    box = await stack.enter_async_context(ModbusBox(units))
    return Living(site=site, world=world, box=box, truth=truth)


def main() -> int:
    """Read orders from stdin and carry them out."""
    orders: Orders = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent
    try:
        asyncio.run(live(orders))
    except* (ConnectionError, OSError):
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
