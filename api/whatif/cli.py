"""Another factor, method or assumption, and what would come of it; nothing published changes.

--set method.CLASS=ID, role.CLASS=ROLE, factor.CLASS=T_PER_MWH, source=TEXT, tiers=VARIANT,
CLASS.l_per_100km=N, CLASS.kwh_per_km=N, tdl_percent=N
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from api.reports.scopes import add_scope, scope_text

if TYPE_CHECKING:
    from analytics.quoting import Document


def main(argv: list[str] | None = None) -> int:
    """Run the command and return its exit status."""
    args = _parser().parse_args(argv)
    from analytics.choices import ChoiceError
    from analytics.factors.grid import FactorNotFoundError
    from analytics.periods import PeriodError
    from api.reports.compute import UnknownScopeError, UnreportablePeriodError
    from ingest.catalog import CatalogError
    from ingest.home import NoHomeError

    try:
        told = _whatif(args)
    except (
        NoHomeError,
        CatalogError,
        PeriodError,
        UnknownScopeError,
        UnreportablePeriodError,
        ChoiceError,
        FactorNotFoundError,
    ) as error:
        sys.stderr.write(f"zonewatch whatif: {error}\n")
        return 2
    sys.stdout.write(json.dumps(told, ensure_ascii=False) if args.json else _table(told))
    sys.stdout.write("\n")
    return 0


def _whatif(args: argparse.Namespace) -> "Document":
    from analytics.choices import parse_choices
    from analytics.whatif import whatif
    from api.catalog import ready_catalog
    from api.reports.compute import compute, parse_scope
    from api.reports.periods import period_of
    from ingest.catalog import snapshot
    from ingest.home import Home, home_path
    from ingest.registry.tables import load

    scope, choices = parse_scope(scope_text(args)), parse_choices(args.set)
    catalog = ready_catalog(Home.open(home_path(args.home)).catalog_url())
    try:
        with snapshot(catalog) as connection:
            registry = load(connection)
            days = period_of(args.period, scope, registry, connection)
            before = compute(connection, registry, scope, days)
            after = compute(connection, registry, scope, days, choices)
    finally:
        catalog.dispose()
    return {
        "scope": {"kind": scope.kind, "id": scope.id},
        "period": days.label,
        "set": args.set,
        "figures": whatif(before.results, after.results),
    }


def _table(told: "Document") -> str:
    figures = told["figures"]
    assert isinstance(figures, list)  # noqa: S101 - a document is typed by its schema alone
    lines = [f"{'':<15}{'as it is':>16}{'what if':>16}{'difference':>16}"]
    lines += [
        f"{each['device_class']:<15}{each['as_it_is'] or '-':>16}{each['what_if'] or '-':>16}"
        f"{each['difference'] or '-':>16}  {each['unit']}"
        for each in figures
    ]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zonewatch whatif",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_scope(parser)
    parser.add_argument(
        "--set", action="append", required=True, metavar="NAME=VALUE", help="may be repeated"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--home", type=Path, help="where the embedded parts keep their files")
    return parser
