"""The whole chain on this machine, with embedded parts and SIMULATED zones.

Simulated devices, gateways, broker, ingest, store, analytics, API and board.
"""

import argparse
import asyncio
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ingest.home import Home
    from simulators.demo.run import Demo, DemoPlan

_PORT: Final = 8080
_INTERRUPTED: Final = 130


def main(argv: list[str] | None = None) -> int:
    """Run the demo and return an exit status."""
    args = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    from gateway.service import until_told_to_stop
    from ingest.catalog import CatalogError
    from ingest.contract.clock import SystemClock
    from ingest.home import Home, NoHomeError, home_path
    from ingest.storage.port import StoreError
    from simulators.demo.registry import DemoHomeError, prepare
    from simulators.demo.run import make_plan

    began = time.monotonic()
    try:
        home = Home.create(home_path(args.home))
        prepare(home)
        plan = make_plan(home, days=args.days, seed=args.seed, now=SystemClock().now())
        told = asyncio.run(until_told_to_stop(_run(args, home, plan, began)))
    except (NoHomeError, DemoHomeError, CatalogError, StoreError) as error:
        sys.stderr.write(f"zonewatch demo: {error}\n")
        return 2
    return 0 if told is None else _INTERRUPTED


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


async def _run(args: argparse.Namespace, home: "Home", plan: "DemoPlan", began: float) -> None:
    from ingest.contract.clock import SystemClock
    from simulators.demo.run import running_demo

    port = None if args.once else args.port
    async with running_demo(home, plan, port=port) as demo:
        with _progress(args, plan) as told:
            await demo.catch_up(plan, told)
        board = None if port is None else f"http://127.0.0.1:{port}/board/"
        _tell(args, demo, seconds=time.monotonic() - began, board=board)
        if not args.once:
            await demo.conductor.follow(SystemClock())


@contextmanager
def _progress(args: argparse.Namespace, plan: "DemoPlan") -> "Iterator[Callable[[float], None]]":
    from tqdm import tqdm

    hours = (plan.until - plan.start).total_seconds() / 3600
    form = "{desc}: {percentage:3.0f}%|{bar}| {n:.0f} of {total:.0f} h, {remaining} left"
    with tqdm(
        total=hours,
        desc="SIMULATED zones live",
        bar_format=form,
        file=sys.stderr,
        disable=args.json,
    ) as bar:

        def told(share: float) -> None:
            bar.update(share * hours - bar.n)

        yield told


def _tell(args: argparse.Namespace, demo: "Demo", *, seconds: float, board: str | None) -> None:
    from simulators.demo.summary import summary, table

    document = summary(demo.backend.sources, seconds=seconds, board=board)
    print(json.dumps(document) if args.json else table(document), flush=True)
