"""Show the account of records, per gateway and UTC day of entry into the outbox.

assigned = stored + repeated + quarantined + thinned + pending + missing. Beside it stand what came
again, readings, and records that no gateway numbers. What is missing is named by gateway, boot and
range. Exit status 0 where it balances and nothing is missing, else 1.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Final

from ingest import ledger
from ingest.commands.opening import BadInputError, Parser, add_common, reading, run_told
from ingest.contract.identity import GatewayId
from ingest.home import Home, home_path
from ingest.ledger import Line, Missing
from ingest.registry.tables import load

_NUMBERS: Final = Line.__slots__

Account = Mapping[tuple[GatewayId, date], Line]


def main(argv: list[str] | None = None) -> int:
    """Print the account and return an exit status."""
    args = _parser().parse_args(argv)
    return run_told("ledger", lambda: _show(args))


def _parser() -> Parser:
    parser = Parser(prog="zonewatch ledger", description=__doc__)
    parser.add_argument("--gateway", metavar="ID", help="of one gateway")
    parser.add_argument("--day", type=_day, metavar="YYYY-MM-DD", help="of one UTC day of entry")
    add_common(parser)
    return parser


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a day like 2026-10-31, not {text!r}") from None


def _show(args: argparse.Namespace) -> int:
    account, lost = _account(args)
    total = ledger.total(account)
    sound = all(line.balanced for line in account.values())
    if args.json:
        document = {
            "lines": [
                {"gateway": gateway, "day": day.isoformat(), **_shown(line)}
                for (gateway, day), line in account.items()
            ],
            "total": {**_shown(total), "balanced": sound},
            "missing_ranges": [_missing(one) for one in lost],
        }
        sys.stdout.write(json.dumps(document) + "\n")
    else:
        sys.stdout.write(_table(account, total, lost, sound=sound))
    return 0 if sound and total.missing == 0 else 1


def _account(args: argparse.Namespace) -> tuple[Account, list[Missing]]:
    with reading(Home.open(home_path(args.home))) as connection:
        account = ledger.lines(connection, gateway=args.gateway, day=args.day)
        if not account and args.gateway and load(connection).gateway(args.gateway) is None:
            raise BadInputError(f"unknown gateway {args.gateway!r}")
        return account, ledger.missing(connection, gateway=args.gateway, day=args.day)


def _shown(line: Line) -> dict[str, int | bool]:
    return {**asdict(line), "balanced": line.balanced}


def _missing(one: Missing) -> dict[str, object]:
    return {
        "gateway": one.gateway,
        "boot": one.boot,
        "day": one.day.isoformat(),
        "numbers": one.numbers.to_lists(),
    }


def _table(account: Account, total: Line, lost: Sequence[Missing], *, sound: bool) -> str:
    rows = [
        ("gateway", "day", *_NUMBERS),
        *(_row(gateway, day.isoformat(), line) for (gateway, day), line in account.items()),
        _row("total", "", total),
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    verdict = "the account balances" if sound else "THE ACCOUNT DOES NOT BALANCE"
    alarms = [f"MISSING: {_range(one)}" for one in lost]
    return "\n".join([*(_aligned(row, widths) for row in rows), "", *alarms, verdict, ""])


def _range(one: Missing) -> str:
    numbers = ", ".join(f"{first}-{last}" for first, last in one.numbers.pairs)
    return f"{one.gateway}, {one.day.isoformat()}, boot {one.boot}: {numbers}"


def _row(gateway: str, day: str, line: Line) -> tuple[str, ...]:
    return (gateway, day, *(f"{getattr(line, name):,}" for name in _NUMBERS))


def _aligned(row: tuple[str, ...], widths: list[int]) -> str:
    names = [text.ljust(width) for text, width in zip(row[:2], widths[:2], strict=True)]
    numbers = [text.rjust(width) for text, width in zip(row[2:], widths[2:], strict=True)]
    return "  ".join([*names, *numbers]).rstrip()
