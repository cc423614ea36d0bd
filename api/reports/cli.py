"""Write a period's report to standard output or to a file."""

import argparse
import sys
from pathlib import Path


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    args = _parser().parse_args(argv)
    from analytics.periods import PeriodError
    from api.home import sources_in
    from api.reports.compute import UnknownScopeError
    from ingest.catalog import CatalogError
    from ingest.home import Home, NoHomeError, home_path

    try:
        home = Home.open(home_path(args.home))
        with sources_in(home) as sources:
            _write(_report(sources, args.scope, args.period), args.output)
    except (NoHomeError, CatalogError, PeriodError, UnknownScopeError) as error:
        sys.stderr.write(f"zonewatch report: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"zonewatch report: {error.filename}: {error.strerror}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zonewatch report", description=__doc__)
    parser.add_argument("scope", help="zone:ID, country:CODE or programme")
    parser.add_argument(
        "--period", required=True, help="2026-10, 2026-Q4, 2026 or 2026-03-01..2026-09-30"
    )
    parser.add_argument("--format", choices=["json"], default="json", help="how it is written")
    parser.add_argument("-o", "--output", type=Path, help="a file, instead of standard output")
    parser.add_argument("--home", type=Path, help="where the embedded parts keep their files")
    return parser
