"""Show what could not be stored, why, and the message it came in; replay it or drop it.

A replay takes records in again under today's registry: what is sound now moves from quarantined to
stored. What is dropped stays counted as quarantined. Exit status 1 where a replay left something.
"""

import argparse
import getpass
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from ingest import quarantine
from ingest.archive import read_message
from ingest.commands.deciding import decided
from ingest.commands.opening import BadInputError, Parser, add_common, reading, run_told
from ingest.contract.period import instant, rfc3339
from ingest.control import Control, Outcome
from ingest.home import Home, home_path
from ingest.legible import content_of, rows_of
from ingest.markers import Decision
from ingest.quarantine import Quarantined, State

_PAGE: Final = 1_000

Document = dict[str, object]


def main(argv: list[str] | None = None) -> int:
    """Print the list or one entry and return an exit status."""
    args = _parser().parse_args(argv)
    return run_told("quarantine", lambda: _RUN[args.command](args))


def _parser() -> Parser:
    parser = Parser(prog="zonewatch quarantine", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, parser_class=Parser)
    listing = commands.add_parser("list", help="all entries, in the order they came")
    showing = commands.add_parser("show", help="one entry with its message")
    showing.add_argument("id", type=int, metavar="ID", help="as the list has it")
    replaying = commands.add_parser("replay", help="take entries in again; all open ones if no ID")
    replaying.add_argument("id", type=int, nargs="*", metavar="ID", help="as the list has it")
    dropping = commands.add_parser("drop", help="give an entry up for good")
    dropping.add_argument("id", type=int, metavar="ID", help="as the list has it")
    dropping.add_argument("--why", required=True, metavar="TEXT", help="the reason, kept with it")
    for command in (listing, showing, replaying, dropping):
        add_common(command)
    return parser


def _list(args: argparse.Namespace) -> int:
    found: list[Quarantined] = []
    with reading(Home.open(home_path(args.home))) as connection:
        while page := quarantine.entries(
            connection, after=found[-1].id if found else 0, limit=_PAGE
        ):
            found += page
    if args.json:
        _print_json({"entries": [_entry(one) for one in found]})
    for one in [] if args.json else found:
        numbers = one.numbers.count or "-"
        where = f"{one.gateway or '-'}  {one.boot or '-'}  {numbers} records"
        state = "" if one.state is State.OPEN else f"  [{one.state}]"
        state += "" if one.refusals == 1 else f"  ({one.refusals} refusals)"
        received_at = rfc3339(instant(one.received_at))
        sys.stdout.write(f"{one.id}  {received_at}  {where}  {one.reason}{state}\n")
    return 0


def _show(args: argparse.Namespace) -> int:
    home = Home.open(home_path(args.home))
    with reading(home) as connection:
        one = quarantine.entry(connection, args.id) if 0 < args.id < 2**63 else None
    if one is None:
        raise BadInputError(f"no entry {args.id} in quarantine")
    message = read_message(home.archive_dir, one.place, one.index)
    payload = content_of(message.payload)
    records = rows_of(payload, one.numbers)
    shown = _entry(one) | {"topic": message.topic, "records": records, "payload": payload}
    if args.json:
        _print_json(shown)
        return 0
    for name, value in shown.items():
        if name not in ("payload", "records"):
            sys.stdout.write(f"{name:<12} {value if isinstance(value, str) else _line(value)}\n")
    for record in records:
        sys.stdout.write(f"record       {_line(record)}\n")
    sys.stdout.write(f"\n{json.dumps(payload, indent=2, ensure_ascii=False)}\n")
    return 0


def _replay(args: argparse.Namespace) -> int:
    def act(control: Control) -> list[Outcome]:
        return control.replay(args.id, actor=_actor())

    return _told(args, decided(_home(args), act, decision=Decision.REPLAY, entries=args.id))


def _drop(args: argparse.Namespace) -> int:
    def act(control: Control) -> list[Outcome]:
        return [control.drop(args.id, actor=_actor(), why=args.why)]

    _told(args, decided(_home(args), act, decision=Decision.DROP, entries=[args.id]))
    return 0


def _home(args: argparse.Namespace) -> Home:
    return Home.open(home_path(args.home))


def _told(args: argparse.Namespace, outcomes: Sequence[Outcome]) -> int:
    """Print what came of a decision, and return 1 where something is left."""
    if args.json:
        _print_json({"entries": [asdict(one) for one in outcomes]})
    for one in [] if args.json else outcomes:
        sys.stdout.write(f"{one.id}  {one.state}  {one.taken} records stored, {one.left} left\n")
    return 1 if any(one.state is State.OPEN for one in outcomes) else 0


def _actor() -> str:
    try:
        return f"{getpass.getuser()} at the command line"
    except (KeyError, OSError):
        return "the command line"


_RUN: Final = {"list": _list, "show": _show, "replay": _replay, "drop": _drop}


def _entry(one: Quarantined) -> Document:
    return {
        "id": one.id,
        "gateway": one.gateway,
        "boot": one.boot,
        "numbers": one.numbers.to_lists(),
        "reason": one.reason,
        "received_at": rfc3339(instant(one.received_at)),
        "state": one.state,
        "replayed": one.replayed.to_lists(),
        "closed_at": None if one.closed_at is None else rfc3339(instant(one.closed_at)),
        "closed_by": one.closed_by,
        "why": one.why,
        "refusals": one.refusals,
        "place": {"file": one.place.file, "offset": one.place.offset, "index": one.index},
    }


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _print_json(document: Document) -> None:
    sys.stdout.write(json.dumps(document) + "\n")
