"""Make and revoke tokens for programs. A new token is shown once and kept nowhere."""

import argparse
from typing import Final

_MOST_DAYS: Final = 366


def main(argv: list[str] | None = None) -> int:
    """Run one of create and revoke, and return an exit status."""
    args = _parser().parse_args(argv)
    from api.accounts.opening import run_told

    return run_told("token", lambda: _RUN[args.command](args))


def _parser() -> argparse.ArgumentParser:
    from api.accounts.opening import add_common
    from api.accounts.roles import roles

    parser = argparse.ArgumentParser(prog="zonewatch token", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("create", help="make a token for an account")
    making.add_argument("account", metavar="NAME", help="the account it stands for")
    making.add_argument("--label", required=True, help="what it is for")
    making.add_argument("--days", type=_days, default=90, help="how long it lasts (default 90)")
    making.add_argument(
        "--role", default="viewer", choices=list(roles()), help="at most this (default viewer)"
    )
    making.add_argument(
        "--scope", nargs="+", default=["all"], metavar="SCOPE", help="at most this (default all)"
    )
    revoking = commands.add_parser("revoke", help="let a token in no longer")
    revoking.add_argument("id", type=int, metavar="ID", help="as `zonewatch user list` shows it")
    for command in (making, revoking):
        add_common(command)
    return parser


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"expected 1 to {_MOST_DAYS} days")
    return days


def _create(args: argparse.Namespace) -> None:
    from datetime import timedelta

    from api.accounts import tokens
    from api.accounts.opening import changing, tell
    from api.accounts.scope import Scope
    from api.accounts.tokens import NewToken
    from ingest.contract.clock import SystemClock

    asked = NewToken(
        account=args.account,
        label=args.label[:100],
        role=args.role,
        scope=Scope.parse(args.scope),
        lasts=timedelta(days=args.days),
    )
    with changing(args.home) as connection:
        number, secret = tokens.create(connection, asked, at=SystemClock().now())
        tell(connection, args.actor, "token.create", f"token:{number} of user:{args.account}")
    print(f"token {number}, shown only now: {secret}")


def _revoke(args: argparse.Namespace) -> None:
    from api.accounts import tokens
    from api.accounts.opening import changing, tell
    from ingest.contract.clock import SystemClock

    with changing(args.home) as connection:
        tokens.revoke(connection, args.id, at=SystemClock().now())
        tell(connection, args.actor, "token.revoke", f"token:{args.id}")


_RUN: Final = {"create": _create, "revoke": _revoke}
