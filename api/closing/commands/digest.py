"""Make a day's digest, signed and chained to the one before, and write it for others to keep.

Without --day it is yesterday's, by UTC. The home's public key, keys/signing.pub, is to reach
whoever verifies by another way. `verify FILE` checks a digest, and a home against it.
"""

import argparse
import sys
from datetime import date, timedelta
from pathlib import Path


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    from ingest.commands.opening import Parser, run_told

    parser = Parser(prog="zonewatch digest", description=__doc__)
    parser.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="else yesterday, by UTC")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="a new file")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the folder of the home")
    args = parser.parse_args(argv)
    return run_told("digest", lambda: _write(args))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a day like 2026-10-31, not {text!r}") from None


def _write(args: argparse.Namespace) -> int:
    from importlib.metadata import version

    from api.closing.commands.opening import opened
    from api.closing.commands.output import new_file
    from api.closing.digest import DigestRefusedError, Keeping, digest_of
    from api.closing.signing import KeyUnusableError, Signer
    from ingest.commands.opening import BadInputError
    from ingest.contract.clock import SystemClock
    from ingest.home import Home, home_path
    from ingest.registry.tables import load

    home = Home.open(home_path(args.home))
    now = SystemClock().now()
    day = args.day or now.date() - timedelta(days=1)
    try:
        with opened(home) as catalog, catalog.begin() as connection:
            keeping = Keeping(
                archive_dir=home.archive_dir,
                registry=load(connection),
                signer=Signer(home.keys_dir),
                software=version("zonewatch"),
            )
            made = digest_of(connection, keeping, day, at=now)
    except (DigestRefusedError, KeyUnusableError) as error:
        raise BadInputError(str(error)) from error
    if args.output is None:
        sys.stdout.write(made.exported().decode())
        return 0
    with new_file(args.output, home) as file:
        file.write(made.exported())
    sys.stdout.write(f"{args.output}: digest of {day}, sha256 {made.sha256}\n")
    return 0
