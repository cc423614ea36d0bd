"""A gateway from its configuration to its end: clock, outbox, lines and publisher in one group."""

import asyncio
import os
import secrets
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from time import monotonic
from typing import Final

from gateway.boot import boot_id
from gateway.clock import FollowedClock
from gateway.config import DeviceConfig, LineConfig, SiteConfig
from gateway.driver import PolledDevice
from gateway.drivers.cloud.puller import CloudPuller
from gateway.drivers.hj212.config import StationConfig
from gateway.drivers.hj212.listener import Hj212Listener, listening
from gateway.drivers.hj212.station import Station
from gateway.drivers.modbus.line import ModbusLine
from gateway.entering import Entering
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
from ingest.contract.identity import DeviceId
from ingest.contract.lifecycle import Birth, Served
from ingest.contract.period import instant, micros

OUTBOX_FILE: Final = "outbox.db"
_RANK: Final = 1  # after the devices


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """A gateway that is wired and has not begun."""

    clock: Clock
    publisher: Publisher
    lines: Sequence[Line]
    watchdog: Watchdog
    listeners: Sequence[Hj212Listener] = ()
    pullers: Sequence[CloudPuller] = ()

    async def run(self) -> None:
        """Run until cancelled; a crash of one task stops them all."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.watchdog.run(self._is_alive), name="watchdog")
            if isinstance(self.clock, FollowedClock):
                tasks.create_task(self.clock.follow(), name="clock")
            tasks.create_task(self.publisher.run(), name="publisher")
            for number, line in enumerate(self.lines):
                tasks.create_task(line.run(), name=f"line-{number}")
            for number, listener in enumerate(self.listeners):
                tasks.create_task(listener.run(), name=f"listener-{number}")
            for number, puller in enumerate(self.pullers):
                tasks.create_task(puller.run(), name=f"cloud-{number}")

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
        last = outbox.last_instants()
        stations = {each.id: Station(each, since=_since(last, each)) for each in config.stations}
        publisher = Publisher(
            gateway=config.gateway,
            broker=config.broker,
            outbox=outbox,
            clock=clock,
            birth=lambda connection: birth(
                config,
                profiles,
                outbox=outbox,
                watch=watch,
                now=clock.now(),
                connection=connection,
                offsets={device: each.clock_offset_s for device, each in stations.items()},
            ),
        )
        instants = Instants(outbox.stretches())
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
        entering = Entering(outbox=outbox, instants=instants, clock=clock, appended=publisher.wake)
        listeners = [
            await stack.enter_async_context(
                listening(listener, number, stations, home=config.home, entering=entering)
            )
            for number, listener in enumerate(config.listeners)
        ]
        pullers = [
            stack.enter_context(
                closing(CloudPuller(cloud, number, home=config.home, entering=entering, last=last))
            )
            for number, cloud in enumerate(config.clouds)
        ]
        yield Gateway(
            clock=clock,
            publisher=publisher,
            lines=lines,
            watchdog=Watchdog.of(os.environ),
            listeners=listeners,
            pullers=pullers,
        )


def _since(last: Mapping[DeviceId, int], station: StationConfig) -> datetime | None:
    return instant(last[station.id]) if station.id in last else None


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
    offsets: Mapping[DeviceId, float | None] | None = None,
) -> Birth:
    """Return what the gateway says when it connects; offsets are of the stations' clocks. [s]"""
    return Birth(
        boot=outbox.boot,
        connection=connection,
        software=f"zonewatch {version('zonewatch')}",
        sent_at=now,
        held=outbox.held_boots(),
        devices=(
            *(_served(device, profiles, config.interval) for device in config.devices),
            *(_served_station(each, config.interval, offsets or {}) for each in config.stations),
            *_served_clouds(config),
        ),
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


def _served_station(
    station: StationConfig, interval: timedelta, offsets: Mapping[DeviceId, float | None]
) -> Served:
    return Served(
        device=station.id,
        profile=station.map.id,
        metrics=(*station.map.metrics, REACHABLE.name),
        interval=interval,
        clock_offset_s=offsets.get(station.id),
    )


def _served_clouds(config: SiteConfig) -> Iterator[Served]:
    """Yield what clouds bring; a device that is also on a line is told of there."""
    told = {device.id for device in config.devices}
    for cloud in config.clouds:
        for device in cloud.devices.values():
            if device not in told:
                told.add(device)
                yield Served(
                    device=device,
                    profile=cloud.mapping.id,
                    metrics=tuple(dict.fromkeys(f.metric for f in cloud.mapping.said.values)),
                    interval=cloud.interval,
                    clock_offset_s=None,
                )


def _driver(line: LineConfig) -> ModbusLine:
    return ModbusLine(
        line.endpoint,
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
        sleepers=len(config.lines) + len(config.listeners) + len(config.clouds),
    )
    return await stack.enter_async_context(clock)


async def serve(config: SiteConfig, profiles: Mapping[str, Profile]) -> None:
    """Build a gateway and run it until cancelled."""
    async with build(config, profiles) as gateway:
        await gateway.run()
