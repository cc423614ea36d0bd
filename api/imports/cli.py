"""Bring in a file: with --mapping readings, with --gateway the outbox of one out of service.

Either enters ingest before the archive, and the file stays as it is. A file of readings is taken in
whole or not at all; rows that are stored already are recognized. Of an outbox, records that were
taken in before are recognized by their numbers.
"""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.control import Outcome, Owner
    from ingest.home import Home

_BAD_INPUT = 2


def main(argv: list[str] | None = None) -> int:
    """Bring a file in and return an exit status."""
    from gateway.outbox_errors import OutboxError
    from ingest.commands.opening import run_told
    from ingest.sheets.table import SheetError

    args = _parser().parse_args(argv)
    bring = _enter if args.mapping else _import
    try:
        return run_told("import", lambda: bring(args), also=(SheetError,))
    except OutboxError as error:
        sys.stderr.write(f"zonewatch import: {error}\n")
        return _BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    from ingest.commands.opening import Parser

    parser = Parser(prog="zonewatch import", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="the file")
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--mapping", metavar="M", help="which column is what: a TOML file, or its id")
    how.add_argument("--gateway", metavar="ID", help="it is the outbox of this gateway")
    parser.add_argument("--by", default="operator", metavar="NAME", help="who typed the values")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen, and stop")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the folder of the home")
    return parser


def _enter(args: argparse.Namespace) -> int:
    from api.catalog import noted
    from api.imports.sheets import mapping_named, told
    from ingest.commands.deciding import carried_out
    from ingest.commands.opening import reading
    from ingest.contract.clock import SystemClock
    from ingest.contract.fields import text
    from ingest.home import Home, home_path
    from ingest.registry.tables import load
    from ingest.sheets.reading import read_sheet

    home = Home.open(home_path(args.home))
    mapping = mapping_named(home, args.mapping)
    now = SystemClock().now()
    with reading(home) as connection:
        registry = load(connection)
    read = read_sheet(
        args.file.name,
        args.file.read_bytes(),
        mapping,
        registry=registry,
        entered_by=text(args.by, "--by"),
        now=now,
    )
    if not args.dry_run:
        noted(home, "file.import", f"file:{args.file.name}", at=now)
    entering = carried_out(home, lambda desk: desk.enter(read.sheet, dry_run=args.dry_run))
    print(told(read, entering, dry_run=args.dry_run))
    return 0


def _import(args: argparse.Namespace) -> int:
    from gateway.bringing import look
    from ingest.contract.clock import SystemClock
    from ingest.home import Home, home_path

    home = Home.open(home_path(args.home))
    _check_known(home, args.gateway)
    found = look(args.file, now=SystemClock().now())
    print(f"{args.file}: {found.records} records of {found.boots} boots")
    if not args.dry_run and found.boots:
        _write_down(home, args.gateway, args.file)
        _bring_in(home, args.file, args.gateway)
        print("taken in; the account is what `zonewatch ledger` shows")
    return 0


def _check_known(home: "Home", gateway: str) -> None:
    from ingest.commands.opening import BadInputError, reading
    from ingest.registry.tables import load

    with reading(home) as connection:
        known = {each.id for each in load(connection).gateways()}
    if gateway not in known:
        raise BadInputError(f"--gateway: expected one that the registry knows, not {gateway!r}")


def _write_down(home: "Home", gateway: str, path: Path) -> None:
    from api.catalog import ready_catalog
    from ingest.audit.journal import LOCAL, Deed, append
    from ingest.contract.clock import SystemClock

    name = f"gateway:{gateway}/{path.name}"
    deed = Deed(actor="operator", action="outbox.import", object=name, address=LOCAL)
    catalog = ready_catalog(home.catalog_url())
    try:
        with catalog.begin() as connection:
            append(connection, deed, at=SystemClock().now())
    finally:
        catalog.dispose()


def _bring_in(home: "Home", path: Path, gateway: str) -> None:
    from gateway.bringing import chunks
    from ingest.commands.deciding import carried_out
    from ingest.contract.clock import SystemClock
    from ingest.contract.identity import GatewayId
    from ingest.contract.topic import Kind, Topic

    topic = str(Topic(GatewayId(gateway), Kind.CHUNK))

    def act(control: "Owner") -> "list[Outcome]":
        for chunk in chunks(path, now=SystemClock().now()):
            control.take(topic, chunk.payload)
        return []

    carried_out(home, act)
