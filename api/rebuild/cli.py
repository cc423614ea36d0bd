"""Make the reading store whole from the archive: an empty one, or one that lost something.

What the account of records has as stored is written again, in the archive's order, and every hour
it touches is computed again; the figures keep their digits. Over an empty catalog whose registry
was imported, everything is taken in as if it came now. Nothing else may take in messages meanwhile.

Exit status 1 where the archive does not have what the account has as stored, or where a record that
no gateway numbered was stored and is refused by what the registry and the mappings say today.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ingest.contract.ranges import Ranges
    from ingest.ledger import BootKey
    from ingest.rebuilding import Rebuilt


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="zonewatch rebuild", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the folder of the home")
    args = parser.parse_args(argv)
    from ingest.commands.opening import run_told

    return run_told("rebuild", lambda: _run(args))


def _run(args: argparse.Namespace) -> int:
    from api.rebuild.whole import make_whole
    from ingest.home import Home, home_path

    rebuilt, waiting = make_whole(Home.open(home_path(args.home)))
    document = {
        "written": rebuilt.written,
        "taken_in": rebuilt.taken_in,
        "lost": sum(numbers.count for numbers in rebuilt.lost.values()),
        "refused": rebuilt.refused,
        "waiting_hours": waiting,
    }
    if args.json:
        sys.stdout.write(json.dumps(document) + "\n")
    else:
        sys.stdout.write(told(rebuilt, waiting))
    return 1 if rebuilt.lost or rebuilt.refused else 0


def told(rebuilt: "Rebuilt", waiting: int) -> str:
    """Return what came of it for a terminal."""
    done = f"{rebuilt.written:,} records written again"
    new = f"{rebuilt.taken_in:,} groups of messages taken in that the catalog did not know of"
    lines = [f"{done}, {new}", *_lost(rebuilt.lost)]
    if rebuilt.refused:
        lines.append(f"REFUSED: {rebuilt.refused:,} unnumbered records, by today's registry")
    if waiting:
        lines.append(f"{waiting:,} hours wait for analytics to compute them")
    return "\n".join([*lines, ""])


def _lost(lost: "Mapping[BootKey, Ranges]") -> list[str]:
    return [
        f"NOT IN THE ARCHIVE: {gateway}, boot {boot}: "
        + ", ".join(f"{first}-{last}" for first, last in numbers.pairs)
        for (gateway, boot), numbers in sorted(lost.items())
    ]
