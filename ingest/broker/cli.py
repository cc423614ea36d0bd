"""Write Mosquitto's configuration, access list and passwords from the registry.

Each gateway is one user, called by its id, and so are ingest and each device that publishes by
itself: its profile is a mapping. A new one gets a random password, which is shown once; a rerun
keeps what is known, and needs no option again. Who is not in the registry any more, or is revoked,
is out as soon as the broker is told: kill -HUP. The broker that `zonewatch run` starts has its
files in the home, and is told by it.
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Final

from ingest.broker.certificates import CertificateError
from ingest.broker.choices import ChoiceError, Choices
from ingest.broker.folder import BrokerFolder, admitted
from ingest.broker.own import own_choices
from ingest.broker.passwords import CHIRPSTACK, INGEST, PasswordFileError, Roster, UnknownUserError
from ingest.broker.publishers import publishers
from ingest.commands.opening import BadInputError, Parser, add_common, reading, run_told
from ingest.contract.clock import SystemClock
from ingest.home import Home, home_path
from ingest.mapping_files import load_mappings
from ingest.registry.tables import load

_HIGHEST_PORT: Final = 65_535
_NEXT: Final = """\
start the broker: mosquitto -c {config}
or, where it runs, have it read who may come in: kill -HUP its process
"""
_NEXT_OWN: Final = """\
`zonewatch run` starts this broker; where it runs, it hears of who may come in by itself, and of
all else when it is started again
"""
_REFUSED: Final = (ChoiceError, PasswordFileError, UnknownUserError, CertificateError)


def main(argv: list[str] | None = None) -> int:
    """Write the files and return an exit status."""
    args = _parser().parse_args(argv)
    return run_told("broker-config", lambda: _write(args))


def _parser() -> Parser:
    parser = Parser(prog="zonewatch broker-config", description=__doc__)
    parser.add_argument(
        "folder",
        type=Path,
        metavar="DIR",
        nargs="?",
        help="where the files are written (default: those of the broker of `zonewatch run`)",
    )
    add_common(parser)
    who = parser.add_argument_group("who may come in")
    who.add_argument("--revoke", action="append", default=[], metavar="ID", help="shut it out")
    who.add_argument(
        "--renew", action="append", default=[], metavar="ID", help="a new password; lets it in"
    )
    who.add_argument(
        "--passwords-to", type=Path, metavar="FILE", help="write new passwords there, not to stdout"
    )
    _add_choices(parser)
    return parser


def _add_choices(parser: Parser) -> None:
    group = parser.add_argument_group("the broker (remembered in DIR)")
    group.add_argument(
        "--host", action="append", metavar="NAME", help="how clients call it (default: localhost)"
    )
    group.add_argument("--port", type=_port, metavar="P", help="(default: 8883)")
    group.add_argument("--listen", metavar="ADDRESS", help="(default: every address)")
    group.add_argument("--user", metavar="NAME", help="whom it runs as (default: mosquitto)")
    group.add_argument("--at", metavar="PATH", help="what DIR is called on its machine")
    group.add_argument("--data", metavar="PATH", help="where it keeps sessions (default: DIR/data)")
    group.add_argument(
        "--autosave", type=_count, metavar="N", help="changes between two savings (default: 1)"
    )
    group.add_argument("--certificate", metavar="FILE", help="its certificate, as PEM")
    group.add_argument("--key", metavar="FILE", help="its key, as PEM")
    group.add_argument(
        "--self-signed", action="store_true", default=None, help="make an authority in DIR/tls"
    )
    group.add_argument(
        "--chirpstack",
        action=argparse.BooleanOptionalAction,
        help=f"let a ChirpStack server publish, as the user {CHIRPSTACK}",
    )
    group.add_argument("--client-ca", metavar="FILE", help="certificates instead of passwords")
    group.add_argument("--crl", metavar="FILE", help="which clients' certificates are void")


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) <= _HIGHEST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a port from 1 to {_HIGHEST_PORT}, not {text!r}")


def _count(text: str) -> int:
    if text.isdecimal() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, not {text!r}")


def _write(args: argparse.Namespace) -> int:
    home = Home.open(home_path(args.home))
    users = _users(home)
    folder = BrokerFolder(args.folder or home.broker_dir)
    try:
        choices = _choices(args, home, folder)
        users += [CHIRPSTACK] if choices.chirpstack else []
        roster = admitted(folder, users, revoke=args.revoke, renew=args.renew)
        secrets = _to_show(args, choices, roster)
        if secrets and args.passwords_to:
            _hand_over(args.passwords_to, secrets)
        folder.write(choices, roster, SystemClock().now())
    except _REFUSED as error:
        raise BadInputError(str(error)) from None
    _tell(args, roster, {} if args.passwords_to else secrets)
    sys.stderr.write(_NEXT_OWN if args.folder is None else _NEXT.format(config=folder.config))
    return 0


def _choices(args: argparse.Namespace, home: Home, folder: BrokerFolder) -> Choices:
    given = Choices(**{field.name: getattr(args, field.name) for field in fields(Choices)})
    if args.folder is not None:
        return given.over(folder.remembered())
    if INGEST in args.renew:
        raise BadInputError(f"--renew {INGEST}: `zonewatch run` does so itself when it starts")
    return own_choices(home, given, folder.remembered())


def _to_show(args: argparse.Namespace, choices: Choices, roster: Roster) -> dict[str, str]:
    """Return the new passwords that somebody has to be told."""
    if choices.client_ca is not None:
        return {}
    unused = {INGEST} if args.folder is None else set[str]()  # `run` makes itself one
    return {user: password for user, password in roster.added.items() if user not in unused}


def _users(home: Home) -> list[str]:
    """Return who publishes: the gateways, and the devices that do so by themselves."""
    with reading(home) as connection:
        registry = load(connection)
    publishing = publishers(registry, load_mappings(home.mappings_dir))
    if not registry.gateways():
        raise BadInputError("no gateways in the registry: `zonewatch registry import` enters them")
    for name, whose in ((INGEST, "ingest"), (CHIRPSTACK, "ChirpStack")):
        if name in publishing:
            raise BadInputError(f"{name}: this name is {whose}'s own at the broker")
    return publishing


def _hand_over(path: Path, secrets: Mapping[str, str]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{user} {password}\n" for user, password in secrets.items())


def _tell(args: argparse.Namespace, roster: Roster, shown: dict[str, str]) -> None:
    if args.json:
        document = {
            "users": sorted(roster.hashes),
            "passwords": shown,
            "removed": list(roster.removed),
            "revoked": sorted(roster.revoked),
        }
        print(json.dumps(document))
        return
    for user, password in shown.items():
        print(f"{user} {password}")
    for user in roster.removed:
        print(f"{user} is out")
