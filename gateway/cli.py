"""Run a field gateway: poll the devices of a site file and bring their records to the broker.

With --probe it tells, device by device, what answers, what it says, what looks implausible, and
ends with 1 where something does not answer. The broker's password is taken from
ZONEWATCH_GATEWAY_PASSWORD. SIGTERM ends it cleanly.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.config import SiteConfig
    from gateway.profile import Profile


_INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """Parse the arguments, run the gateway, and return an exit status."""
    parser = argparse.ArgumentParser(prog="zonewatch gateway", description=__doc__)
    parser.add_argument("config", type=Path, help="the site's TOML file")
    parser.add_argument("--check", action="store_true", help="validate it and stop")
    parser.add_argument("--probe", action="store_true", help="ask every device once, and stop")
    parser.add_argument(
        "--patience",
        type=float,
        default=60.0,
        metavar="S",
        help="with --probe: how long to wait for stations to speak (default 60)",
    )
    parser.add_argument(
        "--pause",
        type=float,
        default=5.0,
        metavar="S",
        help="with --probe: between two readings of a device (default 5)",
    )
    args = parser.parse_args(argv)
    try:
        config, profiles = _read(args.config)
    except ValueError as error:
        return _complain(error, 2)
    if args.probe:
        return _probe(config, profiles, pause_s=args.pause, patience_s=args.patience)
    if args.check:
        told = f"{len(config.devices)} devices on {len(config.lines)} lines"
        if config.listeners:
            told += f", {len(config.stations)} stations at {len(config.listeners)} listeners"
        print(f"{args.config}: {told}")
        return 0
    return _run(config, profiles)


def _read(path: Path) -> "tuple[SiteConfig, Mapping[str, Profile]]":
    from gateway.config import load
    from gateway.fields import ConfigError
    from gateway.profile_file import UnknownProfileError, load_profiles, named

    config, profiles = load(path, os.environ), load_profiles()
    for device in config.devices:
        try:
            named(profiles, device.profile)
        except UnknownProfileError as error:
            expected = f"one of {', '.join(error.known)}, not {device.profile!r} for {device.id}"
            raise ConfigError(path, "line.device.profile", expected) from None
    return config, profiles


def _probe(
    config: "SiteConfig", profiles: "Mapping[str, Profile]", *, pause_s: float, patience_s: float
) -> int:
    from datetime import timedelta

    from gateway.probe.run import SiteProbe
    from ingest.contract.clock import SystemClock

    site = SiteProbe(
        profiles=profiles,
        clock=SystemClock(),
        pause=timedelta(seconds=pause_s),
        patience=timedelta(seconds=patience_s),
        say=print,
    )
    answered = asyncio.run(site.run(config))
    return 0 if answered else 1


def _run(config: "SiteConfig", profiles: "Mapping[str, Profile]") -> int:
    from gateway.clock import ClockLostError
    from gateway.logs import log_to_stderr
    from gateway.outbox_errors import OutboxError
    from gateway.service import serve
    from ingest.contract.stopping import until_stopped

    log_to_stderr()
    status = 0
    try:
        told = asyncio.run(until_stopped(serve(config, profiles)))
        status = _INTERRUPTED if told is signal.SIGINT else 0
    except* ClockLostError as group:
        status = _complain(group.exceptions[0], 1)
    except* (OutboxError, OSError) as group:
        status = _complain(group.exceptions[0], 2)
    return status


def _complain(error: BaseException, status: int) -> int:
    print(f"zonewatch gateway: {error}", file=sys.stderr)
    return status
