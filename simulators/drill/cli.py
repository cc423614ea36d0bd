"""The outage drill: real processes under load, one fault after the other, nothing lost.

Devices, gateways, broker, ingest, store and catalog run as processes of their own in a temporary
folder. After each fault every record whose commit returned in a gateway is looked for in the store,
reading by reading. Exit status 1 where anything was lost, stored twice, or otherwise wrong.
"""

import argparse
import json
import logging
import signal
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulators.drill.faults.fault import Fault
    from simulators.drill.layout import Parts
    from simulators.drill.result import DrillResult


def main(argv: list[str] | None = None) -> int:
    """Run the drill and return an exit status."""
    from simulators.drill.faults.every import FAULTS
    from simulators.drill.layout import NoBrokerError, Parts
    from simulators.drill.setting import NotReachedError
    from simulators.influxd import InfluxdNotReadyError
    from simulators.postgres import PostgresNotReadyError

    args = _parser(FAULTS).parse_args(argv)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # for everything to be ended
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s")
    try:
        result = _run(args, [FAULTS[name] for name in args.fault or FAULTS], Parts.found())
    except NoBrokerError as error:
        return _say(error, 2)
    except (NotReachedError, InfluxdNotReadyError, PostgresNotReadyError) as error:
        return _say(error, 1)
    _tell(result, as_json=args.json)
    return 0 if result.sound else 1


def _parser(faults: Mapping[str, "Fault"]) -> argparse.ArgumentParser:
    from ingest.commands.opening import Parser

    parser = Parser(
        prog="zonewatch drill",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--fault",
        nargs="+",
        choices=list(faults),
        metavar="NAME",
        help=f"only these, in this order: {', '.join(faults)}",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of what is at random")
    return parser


def _run(args: argparse.Namespace, faults: Sequence["Fault"], parts: "Parts") -> "DrillResult":
    from simulators.drill.layout import laid_out
    from simulators.drill.run import run

    for name, found, instead in (
        ("InfluxDB", parts.influxd, "the backend runs as one process over a DuckDB file"),
        ("PostgreSQL", parts.postgres, "the catalog is a file of SQLite's"),
    ):
        if found is None:
            sys.stderr.write(f"drill: {name} is not installed: {instead}\n")
    with (
        tempfile.TemporaryDirectory(prefix="zonewatch-drill-", ignore_cleanup_errors=True) as name,
        laid_out(_open_to_all(Path(name)), parts, seed=args.seed) as setting,
    ):
        return run(setting, faults, told=lambda what: sys.stderr.write(f"drill: {what}\n"))


def _open_to_all(folder: Path) -> Path:
    """Let the user that PostgreSQL runs as reach its folder."""
    folder.chmod(0o755)
    return folder


def _tell(result: "DrillResult", *, as_json: bool) -> None:
    for name, why in result.left_out.items():
        sys.stderr.write(f"drill: {name} left out: {why}\n")
    for problem in result.problems:
        sys.stderr.write(f"drill: {problem}\n")
    print(json.dumps(result.document()) if as_json else result.table())


def _say(error: Exception, status: int) -> int:
    sys.stderr.write(f"zonewatch drill: {error}\n")
    return status
