"""Write a period's report to standard output or to a file."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytics.report import Document


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    args = _parser().parse_args(argv)
    from analytics.periods import PeriodError
    from api.reports.compute import UnknownScopeError, UnreportablePeriodError
    from api.reports.taking_home import UnwritableError, form_of, take_home
    from dashboards.wording.wording import UnknownLanguageError
    from ingest.catalog import CatalogError
    from ingest.home import NoHomeError

    try:
        form = form_of(args.format, args.lang, brief=args.brief)
        take_home(lambda: _report(args), form, args.output, home=args.home)
    except (
        NoHomeError,
        CatalogError,
        PeriodError,
        UnknownScopeError,
        UnreportablePeriodError,
        UnknownLanguageError,
        UnwritableError,
    ) as error:
        sys.stderr.write(f"zonewatch report: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"zonewatch report: {error.filename}: {error.strerror}\n")
        return 2
    return 0


def _report(args: argparse.Namespace) -> "Document":
    from importlib.metadata import version

    from analytics.periods import parse_period
    from api.catalog import ready_catalog
    from api.reports.compute import compute, document, parse_scope
    from ingest.audit.journal import LOCAL, Deed, append
    from ingest.contract.clock import SystemClock
    from ingest.home import Home, home_path
    from ingest.registry.tables import load

    days = parse_period(args.period)
    scope = parse_scope(_scope(args))
    catalog = ready_catalog(Home.open(home_path(args.home)).catalog_url())
    name = f"report:{_scope(args)}/{args.period}"
    deed = Deed(actor="operator", action="report.export", object=name, address=LOCAL)
    try:
        with catalog.begin() as connection:
            computed = compute(connection, load(connection), scope, days)
            found = document(computed, software=version("zonewatch"))
            append(connection, deed, at=SystemClock().now())
    finally:
        catalog.dispose()
    return found


def _scope(args: argparse.Namespace) -> str:
    if args.programme:
        return "programme"
    return f"zone:{args.zone}" if args.zone is not None else f"country:{args.country}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zonewatch report", description=__doc__)
    scope = parser.add_mutually_exclusive_group(required=True)
    scope.add_argument("--zone", metavar="ID", help="one zone")
    scope.add_argument("--country", metavar="CODE", help="a country's zones, by ISO 3166-1 alpha-2")
    scope.add_argument("--programme", action="store_true", help="all zones")
    parser.add_argument(
        "--period", required=True, help="2026-10, 2026-Q4, 2026 or 2026-03-01..2026-09-30"
    )
    parser.add_argument(
        "--format", choices=["json", "csv", "xlsx", "pdf"], default="json", help="how it is written"
    )
    parser.add_argument("--lang", metavar="L", help="en, zh, km or lo; else ZONEWATCH_LANG")
    parser.add_argument("--brief", action="store_true", help="as PDF: a manager's one page")
    parser.add_argument("-o", "--output", type=Path, help="a file, instead of standard output")
    parser.add_argument("--home", type=Path, help="where the embedded parts keep their files")
    return parser
