"""Play what somebody else RECORDED through the whole chain, to daily energy and emissions.

The recording is AC power of the solar array SERF East, every 15 minutes, as in the file
serf_east_15min_ac_power.csv of the pvanalytics package. A device says it again over Modbus to a
gateway, and from there it goes through broker, ingest, store and analytics.
"""

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.home import Home
    from simulators.chain.run import Plan


def main(argv: list[str] | None = None) -> int:
    """Play the recording and return an exit status."""
    args = _parser().parse_args(argv)
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
    parser.add_argument("--replay", type=Path, metavar="FILE", required=True, help="the recording")
    parser.add_argument("--days", type=_days, help="local days from its first (default all)")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--home", type=Path, help="where files are kept (default .zonewatch)")
    return parser


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
