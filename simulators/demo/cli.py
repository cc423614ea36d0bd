"""The whole chain on this machine, with embedded parts and SIMULATED zones.

Simulated devices, gateways, broker, ingest, store, analytics, API and board.
"""

import argparse
import json
import os
import time
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ingest.home import Home
    from simulators.chain.run import Chain, Plan

_PORT: Final = 8080


def main(argv: list[str] | None = None) -> int:
    """Run the demo and return an exit status."""
    args = _parser().parse_args(argv)
    from simulators.chain.command import run_command

    return run_command("demo", lambda: _run(args, began=time.monotonic()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zonewatch demo", description=__doc__)
    parser.add_argument("--days", type=_days, default=2, help="days to bring in first (default 2)")
    parser.add_argument("--once", action="store_true", help="bring them in, print, stop")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--home", type=Path, help="where files are kept (default .zonewatch)")
    parser.add_argument("--seed", type=int, default=1, help="what chance depends on (default 1)")
    parser.add_argument("--port", type=int, default=_PORT, help=f"of the board (default {_PORT})")
    return parser


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 366:  # noqa: PLR2004
        raise argparse.ArgumentTypeError("expected 1 to 366 days")
    return days


def _plan(args: argparse.Namespace) -> "tuple[Home, Plan]":
    from ingest.contract.clock import SystemClock
    from ingest.home import Home, home_path
    from ingest.registry.model import Provenance
    from simulators.chain.home import prepare
    from simulators.demo.plan import FILES, demo_plan

    home = Home.create(home_path(args.home))
    home.mark_as_demo()
    registry = prepare(home, FILES, provenance=Provenance.SIMULATED)
    now = SystemClock().now()
    return home, demo_plan(home, registry, days=args.days, seed=args.seed, now=now)


async def _run(args: argparse.Namespace, *, began: float) -> None:
    from api.notices.settings import NoticeSettings
    from api.server import listen
    from ingest.contract.clock import SystemClock
    from simulators.chain.progress import progress
    from simulators.chain.run import running_chain

    home, plan = _plan(args)
    with nullcontext() if args.once else listen(args.port) as listening:
        telling = NoticeSettings.of(os.environ, url=f"http://127.0.0.1:{args.port}")
        running = running_chain(home, plan, listening=listening, telling=telling)
        async with running as chain:
            with progress("SIMULATED zones live", hours=plan.hours, hidden=args.json) as told:
                await chain.catch_up(told)
            board = None if args.once else f"http://127.0.0.1:{args.port}/board/"
            _tell(args, chain, seconds=time.monotonic() - began, board=board)
            if not args.once:
                await chain.conductor.follow(SystemClock())


def _tell(args: argparse.Namespace, chain: "Chain", *, seconds: float, board: str | None) -> None:
    from simulators.demo.summary import demo_summary, demo_table

    document = demo_summary(chain.backend.sources, seconds=seconds, board=board)
    broker = f"mqtt://{chain.broker.host}:{chain.broker.port}"
    print(json.dumps(document) if args.json else demo_table(document, broker=broker), flush=True)
