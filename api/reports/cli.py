"""Write a period's report to standard output or to a file."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analytics.quoting import Document

from api.reports.scopes import add_scope, scope_text


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    args = _parser().parse_args(argv)
    from analytics.periods import PeriodError
    from api.closing.published import UnknownRevisionError
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
        UnknownRevisionError,
    ) as error:
        sys.stderr.write(f"zonewatch report: {error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"zonewatch report: {error.filename}: {error.strerror}\n")
        return 2
    return 0


def _report(args: argparse.Namespace) -> "Document":
    from importlib.metadata import version

    from analytics.claims.claim import published_claims
    from api.catalog import ready_catalog
    from api.reports.compute import parse_scope, zones_in
    from api.reports.current import current
    from api.reports.periods import period_of
    from ingest.audit.journal import LOCAL, Deed, append
    from ingest.contract.clock import SystemClock
    from ingest.home import Home, home_path
    from ingest.registry.tables import load

    scope = parse_scope(scope_text(args))
    catalog = ready_catalog(Home.open(home_path(args.home)).catalog_url())
    name = f"report:{scope_text(args)}/{args.period}"
    deed = Deed(actor="operator", action="report.export", object=name, address=LOCAL)
    try:
        with catalog.begin() as connection:
            registry = load(connection)
            days = period_of(args.period, scope, registry, connection)
            zones_in(registry, scope)
            found = current(
                connection,
                registry,
                scope,
                days,
                software=version("zonewatch"),
                claims=published_claims(),
                revision=args.revision,
            )
            append(connection, deed, at=SystemClock().now())
    finally:
        catalog.dispose()
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zonewatch report", description=__doc__)
    add_scope(parser)
    parser.add_argument("--revision", type=int, metavar="N", help="else the newest, where closed")
    parser.add_argument(
        "--format", choices=["json", "csv", "xlsx", "pdf"], default="json", help="how it is written"
    )
    parser.add_argument("--lang", metavar="L", help="en, zh, km or lo; else ZONEWATCH_LANG")
    parser.add_argument("--brief", action="store_true", help="as PDF: a manager's one page")
    parser.add_argument("-o", "--output", type=Path, help="a file, instead of standard output")
    parser.add_argument("--home", type=Path, help="where the embedded parts keep their files")
    return parser
