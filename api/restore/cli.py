"""Make a home from a backup, where there is none yet, and its readings from the archive in it.

A backup that was cut short or changed is refused before anything is written. What was taken in
after the backup is in none: gateways that hold it still send it, and what they no longer hold is
named as missing by `zonewatch ledger`. To set only the catalog back, restore elsewhere, put the
newer archive in the restored one's place, and start: what it holds beyond is taken in again.
"""

import argparse
import sys
from pathlib import Path


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="zonewatch restore", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="what `zonewatch backup` wrote")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the folder of the new home")
    args = parser.parse_args(argv)
    from api.backup.sealed import BackupError
    from ingest.commands.opening import run_told

    return run_told("restore", lambda: _run(args), also=(BackupError,))


def _run(args: argparse.Namespace) -> int:
    from api.catalog import noted
    from api.rebuild.cli import told
    from api.rebuild.whole import make_whole
    from api.restore.laying_out import lay_out
    from ingest.contract.clock import SystemClock
    from ingest.home import home_path

    home, about = lay_out(args.file, home_path(args.home))
    sys.stdout.write(f"{home.path}: as of {about.made_at}, by Zonewatch {about.software}\n")
    noted(home, "home.restore", args.file.name, at=SystemClock().now())
    if not home.store_setting().startswith("duckdb:"):
        sys.stdout.write(
            "readings are kept elsewhere: `zonewatch rebuild` makes them and the hours\n"
        )
        return 0
    rebuilt, waiting = make_whole(home)
    sys.stdout.write(told(rebuilt, waiting))
    return 1 if rebuilt.lost else 0
