"""One command for the three steps: they differ in the state they lead to."""

import argparse
import json
import sys
from typing import Final

from analytics.closing.states import State, StepRefusedError
from api.closing.closing import NotPermittedError, take
from api.closing.commands.opening import (
    actor_of,
    add_scope,
    asked_of,
    opened,
    person,
    refuse_unseen,
)
from api.closing.revisions import Revision
from api.reports.compute import UnknownScopeError, UnreportablePeriodError
from ingest.commands.opening import BadInputError, Parser, run_told
from ingest.contract.clock import SystemClock
from ingest.home import Home, home_path

_REFUSED: Final = 1


def run(name: str, about: str, wanted: State, argv: list[str] | None) -> int:
    """Take a step as somebody, print the revision, and return an exit status.

    Status 1 says that the period is not fit for the step or that this person may not take it.
    """
    parser = Parser(prog=f"zonewatch {name}", description=about)
    add_scope(parser)
    parser.add_argument("--by", metavar="USER", help="whose step it is; else who is logged in here")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    args = parser.parse_args(argv)
    return run_told(name, lambda: _take(name, wanted, args))


def _take(name: str, wanted: State, args: argparse.Namespace) -> int:
    try:
        revision = _taken(wanted, args)
    except (StepRefusedError, NotPermittedError) as error:
        sys.stderr.write(f"zonewatch {name}: {error}\n")
        return _REFUSED
    except (UnknownScopeError, UnreportablePeriodError) as error:
        raise BadInputError(str(error)) from error
    sys.stdout.write(_shown(revision, as_json=args.json))
    return 0


def _taken(wanted: State, args: argparse.Namespace) -> Revision:
    home = Home.open(home_path(args.home))
    with opened(home) as catalog, catalog.begin() as connection:
        asked = asked_of(connection, args, home)
        account = person(connection, args.by)
        actor = actor_of(account)
        refuse_unseen(actor, asked)
        now = SystemClock().now()
        return take(connection, asked, wanted, actor=actor, role=account.role, at=now)


def _shown(revision: Revision, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(revision.told(), ensure_ascii=False) + "\n"
    last = revision.steps[-1]
    return (
        f"{revision.scope} {revision.period} revision {revision.number}: {revision.state}"
        f" by {last.actor}\nsha256 {revision.sha256}\n"
    )
