"""Re-run what was published and say whether every digit is the same.

A scope and a period name one published period; a file, a bundle or a digest that others keep;
nothing, all that is closed, the journal, the archive and the daily digests. Whatever differs is
named: device, hour, tonnes. Exit status 1 where anything does.
"""

import argparse
from pathlib import Path


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    from ingest.commands.opening import run_told

    args = _parser().parse_args(argv)
    return run_told("verify", lambda: _verify(args))


def _parser() -> argparse.ArgumentParser:
    from api.closing.commands.opening import add_scope
    from ingest.commands.opening import Parser

    parser = Parser(prog="zonewatch verify", description=__doc__)
    add_scope(parser, required=False)
    parser.add_argument("--revision", type=int, metavar="N", help="else the newest")
    parser.add_argument(
        "--from-archive", action="store_true", help="from the messages, not from the store"
    )
    parser.add_argument("--key", type=Path, metavar="FILE", help="the public key to be trusted")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("file", nargs="?", type=Path, metavar="BUNDLE", help="a bundle or a digest")
    return parser


def _verify(args: argparse.Namespace) -> int:
    from api.closing.commands.opening import scope_given
    from api.closing.commands.verdicts import of_everything, of_file, of_period, told
    from ingest.commands.opening import BadInputError

    given = scope_given(args)
    if args.file is not None:
        if given or args.period or args.revision or args.from_archive:
            raise BadInputError("a file is verified by itself: no scope, period or revision")
        return told(of_file(args), as_json=args.json)
    if (given is None) != (args.period is None):
        raise BadInputError("a scope and a --period go together")
    if given is None:
        if args.revision or args.from_archive:
            raise BadInputError("--revision and --from-archive need a scope and a --period")
        return told(of_everything(args), as_json=args.json)
    return told(of_period(args), as_json=args.json)
