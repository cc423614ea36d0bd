"""Write everything of a home that is in no server into one file, while it runs.

Catalog with registry, accounts and journal, archive, the broker's keys and whatever else lies in
the home. Readings and rolled hours are left out: they are made again from the archive. The file is
readable by its owner alone: it holds keys and passwords' hashes.
"""

import argparse
import sys
from pathlib import Path


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    parser = argparse.ArgumentParser(prog="zonewatch backup", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="written anew, or replaced whole")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the folder of the home")
    args = parser.parse_args(argv)
    from api.backup.sealed import BackupError
    from ingest.commands.opening import run_told

    return run_told("backup", lambda: _run(args), also=(BackupError,))


def _run(args: argparse.Namespace) -> int:
    from importlib.metadata import version

    from api.backup.contents import add_all, left_out
    from api.backup.sealed import About, BackupError, writing
    from api.catalog import noted
    from ingest.contract.clock import SystemClock
    from ingest.contract.period import rfc3339
    from ingest.home import Home, home_path

    home = Home.open(home_path(args.home))
    if args.file.resolve().is_relative_to(home.path.resolve()):
        raise BackupError(f"{args.file}: in the home itself, expected another place")
    now = SystemClock().now()
    noted(home, "home.backup", args.file.name, at=now)
    about = About(software=version("zonewatch"), made_at=rfc3339(now), left_out=left_out(home))
    with writing(args.file, about) as members:
        added = add_all(members, home, beside=args.file.absolute().parent)
    size = args.file.stat().st_size
    sys.stdout.write(f"{args.file}: {added:,} files, {size:,} bytes\n")
    sys.stdout.write(f"left out: {', '.join(about.left_out)}\n")
    return 0
