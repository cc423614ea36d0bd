"""Play what somebody else RECORDED through the whole chain, to daily energy and emissions.

The recording is AC power of the solar array SERF East, every 15 minutes, as in the file
serf_east_15min_ac_power.csv of the pvanalytics package. A device says it again over Modbus to a
gateway, and from there it goes through broker, ingest, store and analytics.

With --station or --line, no chain: simulated equipment by itself, with invented values, for a
gateway to be tried on; it can be told to misbehave.
"""

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

_INTERRUPTED: Final = 130

if TYPE_CHECKING:
    from ingest.home import Home
    from simulators.chain.run import Plan


def main(argv: list[str] | None = None) -> int:
    """Play the recording and return an exit status."""
    args = _parser().parse_args(argv)
    if args.replay is None:
        return _play_boxes(args)
    from simulators.chain.command import run_command, say
    from simulators.replay import RecordingError
    from simulators.simulate.play import UnplayableError

    try:
        return run_command("simulate", lambda: _run(args, began=time.monotonic()))
    except UnplayableError as error:
        return say("simulate", f"{args.replay}: {error}", status=2)
    except RecordingError as error:
        return say("simulate", error, status=2)
    except OSError as error:
        where = error.filename or args.replay
        return say("simulate", f"{where}: {error.strerror or error}", status=2)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zonewatch simulate", description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--replay", type=Path, metavar="FILE", help="the recording")
    what.add_argument(
        "--station",
        type=_endpoint,
        metavar="HOST:PORT",
        help="an HJ 212 station that connects there",
    )
    what.add_argument(
        "--line", metavar="PROFILE,…", help="devices on a Modbus line, one of each profile"
    )
    parser.add_argument("--mn", default="SIMULATED", help="what the station calls itself")
    parser.add_argument("--map", default="hj212_air_station", help="what the station measures")
    parser.add_argument("--every", type=float, default=30.0, metavar="S", help="between uploads")
    parser.add_argument("--count", type=int, help="uploads of the station (default no end)")
    parser.add_argument("--port", type=int, help="of the line; without it, a pseudo-terminal")
    parser.add_argument(
        "--clock", type=float, default=8.0, metavar="HOURS", help="its clock is ahead of UTC by"
    )
    parser.add_argument(
        "--misbehave",
        metavar="HOW",
        help="torn, wrong-check, garbage; a station: modbus-check, length, pieces;"
        " a line: silent, exceptions, frozen, reset-counters",
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=_days, help="local days from its first (default all)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--home", type=Path, help="where files are kept (default .zonewatch)")
    return parser


def _endpoint(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise argparse.ArgumentTypeError("expected HOST:PORT")
    return host, int(port)


def _play_boxes(args: argparse.Namespace) -> int:
    """Play equipment by itself until stopped; return an exit status."""
    import asyncio
    import sys

    from ingest.contract.stopping import until_stopped
    from simulators.simulate.orders import OrdersError, equipment

    try:
        playing = equipment(args)
    except OrdersError as error:
        sys.stderr.write(f"zonewatch simulate: {error}\n")
        return 2
    return 0 if asyncio.run(until_stopped(playing())) is None else _INTERRUPTED


def _days(text: str) -> int:
    days = int(text)
    if days < 1:
        raise argparse.ArgumentTypeError("expected at least 1 day")
    return days


def _plan(args: argparse.Namespace) -> "tuple[Home, Plan]":
    from ingest.home import Home, home_path
    from ingest.registry.model import Provenance
    from simulators.chain.home import prepare
    from simulators.replay import read_recording
    from simulators.simulate.plan import FILES, recorded, recording_name, replay_plan

    recording, name = read_recording(args.replay), recording_name(args.replay)
    played = recorded(recording)
    home = Home.create(home_path(args.home))
    prepare(home, FILES, provenance=Provenance.RECORDED)
    return home, replay_plan(home, played, recording, of=name, days=args.days)


async def _run(args: argparse.Namespace, *, began: float) -> None:
    from simulators.chain.progress import progress
    from simulators.chain.run import running_chain
    from simulators.simulate.summary import replay_summary, replay_table

    home, plan = _plan(args)
    async with running_chain(home, plan, listening=None) as chain:
        with progress("RECORDED zone lives", hours=plan.hours, hidden=args.json) as told:
            await chain.catch_up(told)
        seconds = time.monotonic() - began
        document = replay_summary(chain.backend.sources, plan, seconds=seconds)
        print(
            json.dumps(document) if args.json else replay_table(document, name=args.replay.name),
            flush=True,
        )
