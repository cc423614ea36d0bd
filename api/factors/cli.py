"""List grid emission factors, or enter one's own: signed by a person, with the evidence for it.

A factor of one's own comes before the project's defaults, and is a change that no later one undoes:
a later one of the same source and start takes its place.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ingest.commands.opening import BadInputError, Parser, add_common, run_told

if TYPE_CHECKING:
    from analytics.factors.grid import GridFactor
    from api.factors.endpoints import NewFactor

_REFUSED: Final = 1
_NEEDED: Final = {
    "country": "ISO code of the grid",
    "role": "om, cm_firm, cm_intermittent, cm_energy_efficiency, cm_consumption, …",
    "gas": "CO2 or CO2e",
    "value": "t/MWh",
    "source": "who says so",
    "version": "of the source",
    "year": "that it is of",
    "valid-from": "the first day that it is in force, as 2026-01-01",
    "evidence": "the letter or document it rests on",
    "licence": "of the source",
}


def main(argv: list[str] | None = None) -> int:
    """Run one of list and add, and return an exit status."""
    args = _parser().parse_args(argv)
    return run_told("factors", lambda: _RUN[args.command](args))


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="zonewatch factors", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list", help="the factors of a grid, or of all")
    listing.add_argument("--country", metavar="CODE", help="ISO code of the grid")
    adding = commands.add_parser("add", help="enter a factor of one's own")
    for name, about in _NEEDED.items():
        adding.add_argument(f"--{name}", required=True, help=about)
    adding.add_argument("--u95-percent", help="half width of its 95 %% interval, if known")
    adding.add_argument("--note", default="", help="anything else")
    adding.add_argument("--by", metavar="USER", help="who signs; else who is logged in here")
    for command in (listing, adding):
        add_common(command)
    return parser


def _list(args: argparse.Namespace) -> int:
    from analytics.service.ownfactors import all_factors
    from api.closing.commands.opening import opened
    from ingest.home import Home, home_path

    with opened(Home.open(home_path(args.home))) as catalog, catalog.connect() as connection:
        known = all_factors(connection)
    found = [each for each in known if args.country in (None, each.country)]
    sys.stdout.write(_shown(found, as_json=args.json))
    return 0


def _add(args: argparse.Namespace) -> int:
    from analytics.factors.grid import GridFactor
    from analytics.service.ownfactors import enter
    from api.accounts.actor import Permission
    from api.closing.commands.opening import actor_of, opened, person
    from ingest.audit import journal
    from ingest.contract.clock import SystemClock
    from ingest.home import Home, home_path
    from ingest.registry.tables import load

    new, now = _given(args), SystemClock().now()
    with opened(Home.open(home_path(args.home))) as catalog, catalog.begin() as connection:
        actor = actor_of(person(connection, args.by))
        if not actor.may(Permission.ENTER_FACTOR):
            sys.stderr.write(f"zonewatch factors: {actor.name} may not enter factors\n")
            return _REFUSED
        grids = {zone.grid: zone.country for zone in load(connection).zones()}
        if new.country not in grids or not all(
            scope.everything or grids[new.country] in scope.countries for scope in actor.scopes
        ):
            raise BadInputError(f"--country {new.country}: expected the grid of a zone you see")
        factor = GridFactor(**new.model_dump(exclude={"unit"}))
        entered = enter(connection, factor, actor=actor.name, known_at=now)
        thing = f"factor:{new.country}/{new.role}/change:{entered.change}"
        journal.append(connection, actor.deed("factor.enter", thing), at=now)
    sys.stdout.write(_shown([entered], as_json=args.json))
    return 0


def _given(args: argparse.Namespace) -> "NewFactor":
    from pydantic import ValidationError

    from api.factors.endpoints import NewFactor

    told = {name.replace("-", "_"): getattr(args, name.replace("-", "_")) for name in _NEEDED}
    try:
        return NewFactor.model_validate(
            told | {"unit": "t/MWh", "note": args.note, "u95_percent": args.u95_percent}
        )
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).replace("_", "-")
        raise BadInputError(f"--{name}: {first['msg'].lower()}") from error


def _shown(factors: "Sequence[GridFactor]", *, as_json: bool) -> str:
    from api.factors.endpoints import FactorShown

    if as_json:
        told = [FactorShown.model_validate(each).model_dump(mode="json") for each in factors]
        return json.dumps({"factors": told}, ensure_ascii=False) + "\n"
    return "".join(
        f"{each.country:<4}{each.role:<22}{each.value:<10f}{each.gas:<6}{each.year}  "
        f"{each.source} {each.version}, from {each.valid_from}"
        + (f", entered by {each.entered_by}" if each.entered_by else "")
        + "\n"
        for each in factors
    )


_RUN: Final = {"list": _list, "add": _add}
