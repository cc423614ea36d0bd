"""What these commands share: scope and period as arguments, a home's catalog, and plain errors."""

import argparse
import getpass
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import sqlalchemy as sa

from analytics.periods import PeriodError
from analytics.report import Scope
from api.accounts import people
from api.accounts.actor import Actor
from api.accounts.people import Account
from api.catalog import ready_catalog
from api.closing.closing import Asked
from api.closing.seeing import sees
from api.reports.compute import UnknownScopeError, UnreportablePeriodError, parse_scope
from api.reports.periods import period_of
from ingest.audit.journal import LOCAL
from ingest.commands.opening import BadInputError
from ingest.home import Home
from ingest.registry.tables import load


def add_scope(parser: argparse.ArgumentParser, *, required: bool = True) -> None:
    """Add the options that name a scope and a period, and the home."""
    scope = parser.add_mutually_exclusive_group(required=required)
    scope.add_argument("--zone", metavar="ID", help="one zone")
    scope.add_argument("--country", metavar="CODE", help="a country's zones, by ISO 3166-1 alpha-2")
    scope.add_argument("--aid-batch", metavar="ID", help="what one agreement donates")
    scope.add_argument("--programme", action="store_true", help="all zones")
    parser.add_argument(
        "--period",
        required=required,
        help="2026-10, 2026-Q4, 2026, 2026-03-01..2026-09-30 or since-handover",
    )
    parser.add_argument("--home", type=Path, metavar="DIR", help="the folder of the home")


def scope_given(args: argparse.Namespace) -> str | None:
    """Return the scope that was asked for, as paths name it."""
    if args.programme:
        return "programme"
    for kind in ("zone", "country", "aid_batch"):
        if getattr(args, kind) is not None:
            return f"{kind.replace('_', '-')}:{getattr(args, kind)}"
    return None


@contextmanager
def opened(home: Home) -> Generator[sa.Engine]:
    """Open a home's catalog, every owner's tables brought to this version."""
    catalog = ready_catalog(home.catalog_url())
    try:
        yield catalog
    finally:
        catalog.dispose()


def asked_of(connection: sa.Connection, args: argparse.Namespace, home: Home) -> Asked:
    """Return what a command asks for, or raise BadInputError."""
    registry = load(connection)
    scope = _scope(scope_given(args) or "")
    try:
        days = period_of(args.period, scope, registry, connection)
    except (PeriodError, UnreportablePeriodError, UnknownScopeError) as error:
        raise BadInputError(str(error)) from error
    return Asked(
        registry=registry, scope=scope, days=days, software=version("zonewatch"), demo=home.is_demo
    )


def person(connection: sa.Connection, name: str | None) -> Account:
    """Return the account of who sits there, or of the name given, or raise BadInputError."""
    wanted = name or getpass.getuser()
    found = people.find(connection, wanted)
    if found is None or found.disabled_at is not None:
        raise BadInputError(
            f"no user {wanted!r} is let in: --by names one, `zonewatch user add` makes one"
        )
    return found


def actor_of(account: Account) -> Actor:
    """Return a person at this machine's command line."""
    known = account.actor()
    return Actor(name=known.name, permissions=known.permissions, scopes=known.scopes, address=LOCAL)


def refuse_unseen(actor: Actor, asked: Asked) -> None:
    """Raise BadInputError where somebody does not see all that a scope holds."""
    if not sees(actor, asked.registry, asked.scope):
        raise BadInputError(f"{actor.name} does not see all of {asked.key[0]}")


def _scope(text: str) -> Scope:
    try:
        return parse_scope(text)
    except UnknownScopeError as error:
        raise BadInputError(str(error)) from error
