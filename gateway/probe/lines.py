"""Asking every device of a line: twice, with a pause between, and for what it says of itself."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.config import DeviceConfig, LineConfig
from gateway.driver import DriverError, PolledDevice, Readout
from gateway.drivers.modbus.line import ModbusLine
from gateway.drivers.modbus.span import Told
from gateway.probe.findings import implausible, standing_still, wrong_clock
from gateway.profile import Profile
from gateway.profile_file import named
from ingest.contract.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Probed:
    """What came of asking one device."""

    device: str
    where: str
    profile: str
    silent: str | None = None  # why it did not answer; None: it did
    values: Mapping[str, float | None] = field(default_factory=dict)
    told: Sequence[Told] = ()
    findings: Sequence[str] = ()


async def probe_line(
    config: LineConfig,
    profiles: Mapping[str, Profile],
    *,
    clock: Clock,
    local: timedelta,
    pause: timedelta,
) -> AsyncIterator[Probed]:
    """Yield what came of asking each device of a line.

    `local` is how far the machine's local time is ahead of UTC; `pause` is waited, once, between
    two readings of all devices.
    """
    line = ModbusLine(
        config.endpoint, timeout_s=config.timeout.total_seconds(), retries=config.retries
    )
    polled = [
        PolledDevice(id=each.id, unit=each.unit, profile=named(profiles, each.profile))
        for each in config.devices
    ]
    async with line:
        first = [await _read(line, device) for device in polled]
        if any(isinstance(each, Readout) for each in first):
            await asyncio.sleep(pause.total_seconds())
        for device, told, before in zip(polled, config.devices, first, strict=True):
            if isinstance(before, DriverError):
                yield _silent(config, told, before)
                continue
            after = await _read(line, device)
            if isinstance(after, DriverError):
                yield _silent(config, told, after)
                continue
            yield await _probed(
                line, config, told, device, (before, after), clock=clock, local=local, pause=pause
            )


async def _read(line: ModbusLine, device: PolledDevice) -> Readout | DriverError:
    try:
        return await line.read(device)
    except DriverError as error:
        return error


def _silent(config: LineConfig, device: DeviceConfig, error: DriverError) -> Probed:
    where = f"{config.endpoint} unit {device.unit}"
    return Probed(device=device.id, where=where, profile=device.profile, silent=error.reason)


async def _probed(  # noqa: PLR0913 - what is known of one device
    line: ModbusLine,
    config: LineConfig,
    told: DeviceConfig,
    device: PolledDevice,
    readouts: tuple[Readout, Readout],
    *,
    clock: Clock,
    local: timedelta,
    pause: timedelta,
) -> Probed:
    before, after = (each.values for each in readouts)
    findings = [
        *implausible(device.profile, after),
        *standing_still(device.profile, before, after, pause),
    ]
    shown = await _shown(line, device)
    offset = local if told.utc_offset is None else told.utc_offset
    if shown is not None and (wrong := wrong_clock(shown, clock.now(), offset)):
        findings.append(wrong)
    return Probed(
        device=told.id,
        where=f"{config.endpoint} unit {told.unit}",
        profile=told.profile,
        values=after,
        told=await line.details(device),
        findings=findings,
    )


async def _shown(line: ModbusLine, device: PolledDevice) -> datetime | None:
    try:
        return await line.shown_time(device)
    except DriverError:
        return None
