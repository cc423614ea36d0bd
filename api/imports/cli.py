"""Bring in the outbox file of a gateway that is out of service.

Its records enter ingest before the archive, as if the gateway had sent them; the file stays as it
is. What was taken in before is recognized by its numbers.
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

    args = _parser().parse_args(argv)
    try:
        return run_told("import", lambda: _import(args))
    except OutboxError as error:
        sys.stderr.write(f"zonewatch import: {error}\n")
        return _BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    from ingest.commands.opening import Parser

    parser = Parser(prog="zonewatch import", description=__doc__)
    parser.add_argument("file", type=Path, metavar="FILE", help="the outbox file")
    parser.add_argument("--gateway", required=True, metavar="ID", help="whose outbox it is")
    parser.add_argument("--dry-run", action="store_true", help="say what it holds, and stop")
    parser.add_argument("--home", type=Path, metavar="DIR", help="the folder of the home")
    return parser


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
