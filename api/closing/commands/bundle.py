"""Write a period's offline bundle, which `verify` checks on any machine without network or home.

It is re-run as it is made; what does not come to the published digits is not handed out (status 1).
The file must not be there yet, nor lie in the home.
"""

import argparse
import sys
from pathlib import Path


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    from api.closing.commands.opening import add_scope
    from ingest.commands.opening import Parser, run_told

    parser = Parser(prog="zonewatch bundle", description=__doc__)
    add_scope(parser)
    parser.add_argument("--revision", type=int, metavar="N", help="else the newest")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="a new file"
    )
    args = parser.parse_args(argv)
    return run_told("bundle", lambda: _write(args))


def _write(args: argparse.Namespace) -> int:
    from api.closing import revisions
    from api.closing.bundling import NotTheSameError, bundle_of
    from api.closing.commands.opening import asked_of, opened
    from api.closing.commands.output import new_file
    from api.closing.commands.verdicts import chosen
    from ingest.home import Home, home_path

    home = Home.open(home_path(args.home))
    with opened(home) as catalog, new_file(args.output, home) as file:
        with catalog.connect() as connection:
            asked = asked_of(connection, args, home)
            known = revisions.history(connection, *asked.key)
        revision = chosen(known, args.revision, " ".join(asked.key))
        try:
            file.write(bundle_of(home, catalog, revision))
        except NotTheSameError as error:
            sys.stderr.write(f"zonewatch bundle: {error}\n")
            return 1
    sys.stdout.write(f"{args.output}: revision {revision.number}, sha256 {revision.sha256}\n")
    return 0
