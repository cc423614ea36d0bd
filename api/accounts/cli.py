"""Make, list and disable accounts. A new password is shown once and kept nowhere."""

import argparse
import json
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.accounts.people import Account
    from api.accounts.tokens import Token


def main(argv: list[str] | None = None) -> int:
    """Run one of add, list and disable, and return an exit status."""
    args = _parser().parse_args(argv)
    from api.accounts.opening import run_told

    return run_told("user", lambda: _RUN[args.command](args))


def _parser() -> argparse.ArgumentParser:
    from api.accounts.opening import add_common
    from api.accounts.roles import roles

    parser = argparse.ArgumentParser(prog="zonewatch user", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    adding = commands.add_parser("add", help="make an account")
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("--role", required=True, choices=list(roles()))
    adding.add_argument(
        "--scope",
        required=True,
        nargs="+",
        metavar="SCOPE",
        help="what is seen: all, country:KH, zone:ID, aid-batch:ID",
    )
    adding.add_argument(
        "--password-stdin", action="store_true", help="read the password, else make a random one"
    )
    listing = commands.add_parser("list", help="show accounts and their tokens")
    listing.add_argument("--json", action="store_true", help="print one JSON document")
    disabling = commands.add_parser("disable", help="let an account in no longer")
    disabling.add_argument("name", metavar="NAME")
    for command in (adding, listing, disabling):
        add_common(command)
    return parser


def _add(args: argparse.Namespace) -> None:
    from api.accounts import people
    from api.accounts.opening import changing, tell
    from api.accounts.passwords import hash_of
    from api.accounts.scope import Scope
    from api.accounts.secrets import new_secret
    from ingest.contract.clock import SystemClock

    scope = Scope.parse(args.scope)
    given = sys.stdin.readline().rstrip("\n") if args.password_stdin else None
    password = new_secret() if given is None else given
    kept = hash_of(password)
    with changing(args.home) as connection:
        people.add(
            connection,
            name=args.name,
            role=args.role,
            scope=scope,
            password_hash=kept,
            at=SystemClock().now(),
        )
        tell(connection, args.actor, "user.add", f"user:{args.name}")
    if given is None:
        print(f"{args.name}: the password, shown only now: {password}")


def _list(args: argparse.Namespace) -> None:
    from api.accounts import people, tokens
    from api.accounts.opening import changing

    with changing(args.home) as connection:
        accounts, known = people.every(connection), tokens.every(connection)
    shown = [_shown(account, known) for account in accounts]
    if args.json:
        print(json.dumps({"users": shown}))
        return
    for account in accounts:
        state = "disabled" if account.disabled_at is not None else account.role
        print(f"{account.name}  {state}  {' '.join(account.scope.texts())}")
        for token in known:
            if token.account == account.name:
                print(f"  token {token.id}  {token.label}  {_state(token)}")


def _disable(args: argparse.Namespace) -> None:
    from api.accounts import people
    from api.accounts.opening import changing, tell
    from ingest.contract.clock import SystemClock

    with changing(args.home) as connection:
        people.disable(connection, args.name, at=SystemClock().now())
        tell(connection, args.actor, "user.disable", f"user:{args.name}")


_RUN: Final = {"add": _add, "list": _list, "disable": _disable}


def _shown(account: "Account", known: "Sequence[Token]") -> dict[str, object]:
    from api.instants import shown

    return {
        "name": account.name,
        "role": account.role,
        "scope": account.scope.texts(),
        "disabled_at": shown(account.disabled_at),
        "tokens": [
            {
                "id": token.id,
                "label": token.label,
                "role": token.role,
                "scope": token.scope.texts(),
                "expires_at": shown(token.expires_at),
                "revoked_at": shown(token.revoked_at),
                "used_at": shown(token.used_at),
            }
            for token in known
            if token.account == account.name
        ],
    }


def _state(token: "Token") -> str:
    from api.instants import shown

    if token.revoked_at is not None:
        return "revoked"
    used = shown(token.used_at) or "never"
    return f"{token.role}  until {shown(token.expires_at)}  last used {used}"
