"""A gateway from its configuration to its end: clock, outbox, lines and publisher in one group."""

import asyncio
import os
import secrets
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from time import monotonic
from typing import Final

from gateway.boot import boot_id
from gateway.clock import FollowedClock
from gateway.config import DeviceConfig, LineConfig, SiteConfig
from gateway.driver import PolledDevice
from gateway.drivers.modbus.line import ModbusLine
from gateway.instants import Instants
from gateway.outbox import Outbox
from gateway.polling import Line
from gateway.profile import Profile
from gateway.profile_file import named
from gateway.publisher import Publisher
from gateway.steps import ClockWatch
from gateway.watchdog import Watchdog
from ingest.contract.catalog import REACHABLE
from ingest.contract.clock import Clock, SystemClock
from ingest.contract.lifecycle import Birth, Served
from ingest.contract.period import micros

OUTBOX_FILE: Final = "outbox.db"
_RANK: Final = 1  # after the devices


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A gateway that is wired and has not begun."""

    clock: Clock
    publisher: Publisher
    lines: Sequence[Line]
    watchdog: Watchdog

    async def run(self) -> None:
        """Run until cancelled; a crash of one task stops them all."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.watchdog.run(self._is_alive), name="watchdog")
            if isinstance(self.clock, FollowedClock):
                tasks.create_task(self.clock.follow(), name="clock")
            tasks.create_task(self.publisher.run(), name="publisher")
            for number, line in enumerate(self.lines):
                tasks.create_task(line.run(), name=f"line-{number}")

    def _is_alive(self) -> bool:
        """Tell whether polls go on; in simulated time they wait as long as they are told to."""
        return isinstance(self.clock, FollowedClock) or not any(line.stuck for line in self.lines)


@asynccontextmanager
async def build(config: SiteConfig, profiles: Mapping[str, Profile]) -> AsyncGenerator[Gateway]:
    """Wire a gateway; leaving the context closes what it opened."""
    async with AsyncExitStack() as stack:
        clock = await _clock(stack, config)
        config.home.mkdir(parents=True, exist_ok=True)
        boot = boot_id(clock.now(), secrets.token_hex(4))
        outbox = stack.enter_context(
            Outbox(config.home / OUTBOX_FILE, boot=boot, bounds=config.bounds)
        )
        watch = _watch(clock)
        publisher = Publisher(
            gateway=config.gateway,
            broker=config.broker,
            outbox=outbox,
            clock=clock,
            birth=lambda connection: birth(
                config, profiles, outbox=outbox, watch=watch, now=clock.now(), connection=connection
            ),
        )
        instants = Instants(outbox.last_instants())
        lines = [
            Line(
                driver=await stack.enter_async_context(_driver(line)),
                devices=[polled(device, profiles) for device in line.devices],
                interval=config.interval,
                outbox=outbox,
                instants=instants,
                clock=clock,
                watch=watch,
                appended=publisher.wake,
                news=publisher.announce_again,
            )
            for line in config.lines
        ]
        yield Gateway(
            clock=clock, publisher=publisher, lines=lines, watchdog=Watchdog.of(os.environ)
        )


def polled(device: DeviceConfig, profiles: Mapping[str, Profile]) -> PolledDevice:
    """Return a device as its driver knows it, or raise UnknownProfileError."""
    return PolledDevice(id=device.id, unit=device.unit, profile=named(profiles, device.profile))


def birth(
    config: SiteConfig,
    profiles: Mapping[str, Profile],
    *,
    outbox: Outbox,
    watch: ClockWatch,
    now: datetime,
    connection: int,
) -> Birth:
    """Return what the gateway says when it connects."""
    return Birth(
        boot=outbox.boot,
        connection=connection,
        software=f"zonewatch {version('zonewatch')}",
        sent_at=now,
        held=outbox.held_boots(),
        devices=tuple(_served(device, profiles, config.interval) for device in config.devices),
        clock_steps=watch.steps,
        not_taken=outbox.not_taken,
    )


def _watch(clock: Clock) -> ClockWatch:
    """Watch a clock against the machine's; one that follows a conductor has no other beside it."""
    if isinstance(clock, FollowedClock):
        return ClockWatch(clock, forward=lambda: micros(clock.now()) / 1e6)
    return ClockWatch(clock, forward=monotonic)


def _served(device: DeviceConfig, profiles: Mapping[str, Profile], interval: timedelta) -> Served:
    return Served(
        device=device.id,
        profile=device.profile,
        metrics=tuple(dict.fromkeys((*named(profiles, device.profile).metrics, REACHABLE.name))),
        interval=interval,
        clock_offset_s=None,
    )


def _driver(line: LineConfig) -> ModbusLine:
    return ModbusLine(
        line.endpoint.host,
        line.endpoint.port,
        timeout_s=line.timeout.total_seconds(),
        retries=line.retries,
    )


async def _clock(stack: AsyncExitStack, config: SiteConfig) -> Clock:
    if config.follow is None:
        return SystemClock()
    clock = FollowedClock(
        config.follow.host,
        config.follow.port,
        name=config.gateway,
        rank=_RANK,
        sleepers=len(config.lines),
    )
    return await stack.enter_async_context(clock)


async def serve(config: SiteConfig, profiles: Mapping[str, Profile]) -> None:
    """Build a gateway and run it until cancelled."""
    async with build(config, profiles) as gateway:
        await gateway.run()
