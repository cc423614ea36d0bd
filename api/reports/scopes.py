"""The scope of a report on the command line, the same for every command that takes one."""

import argparse


def add_scope(parser: argparse.ArgumentParser) -> None:
    """Add a scope and a period to a command."""
    scope = parser.add_mutually_exclusive_group(required=True)
    scope.add_argument("--zone", metavar="ID", help="one zone")
    scope.add_argument("--country", metavar="CODE", help="a country's zones, by ISO 3166-1 alpha-2")
    scope.add_argument("--aid-batch", metavar="ID", help="what one agreement donates")
    scope.add_argument("--programme", action="store_true", help="all zones")
    parser.add_argument(
        "--period", required=True, help="2026-10, 2026-Q4, 2026 or 2026-03-01..2026-09-30"
    )


def scope_text(args: argparse.Namespace) -> str:
    """Return the scope that was asked for, as the API writes it."""
    if args.programme:
        return "programme"
    for kind in ("zone", "country"):
        if getattr(args, kind) is not None:
            return f"{kind}:{getattr(args, kind)}"
    return f"aid-batch:{args.aid_batch}"
