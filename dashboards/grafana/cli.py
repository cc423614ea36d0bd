"""Grafana's dashboards: write them as files, or put them onto a server.

The server's token is taken from GRAFANA_TOKEN: a service account's that may edit dashboards.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from dashboards.grafana.panels import Place
    from dashboards.grafana.publish import Standing

_TOKEN: Final = "GRAFANA_TOKEN"  # noqa: S105
_REFUSED: Final = 2
_MOST_SHOWN: Final = 20


def main(argv: list[str] | None = None) -> int:
    """Write or publish the dashboards, and return an exit status."""
    args = _parser().parse_args(argv)
    if (wrong := _wrong(args)) is not None:
        return _complain(wrong)
    return _export(args) if args.does == "export" else _publish(args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zonewatch dashboards", description=__doc__)
    does = parser.add_subparsers(dest="does", required=True)
    export = does.add_parser("export", help="write them and their provisioning, as files")
    export.add_argument("folder", type=Path, metavar="DIR")
    publish = does.add_parser("publish", help="put those that differ onto a server")
    publish.add_argument("--url", required=True, metavar="U", help="the server's address")
    publish.add_argument("--dry-run", action="store_true", help="only say what differs there")
    for each in (export, publish):
        each.add_argument("--lang", default="en", metavar="L", help="en, zh, km or lo")
        each.add_argument("--timezone", default="utc", metavar="Z", help="like Asia/Phnom_Penh")
        each.add_argument(
            "--board", default="http://127.0.0.1:8080", metavar="U", help="the board's address"
        )
    return parser


def _wrong(args: argparse.Namespace) -> str | None:
    from dashboards.wording.wording import languages

    if args.lang not in languages():
        return f"--lang {args.lang}: expected one of {', '.join(languages())}"
    if args.timezone not in ("utc", "browser"):
        try:
            ZoneInfo(args.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            return f"--timezone {args.timezone}: expected a name like Asia/Phnom_Penh"
    return None


def _place(args: argparse.Namespace) -> "Place":
    from dashboards.grafana.panels import Place

    return Place(language=args.lang, timezone=args.timezone, board=args.board.rstrip("/"))


def _export(args: argparse.Namespace) -> int:
    from dashboards.grafana.publish import export

    try:
        written = export(args.folder, _place(args))
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}")
    for path in written:
        print(path)
    return 0


def _publish(args: argparse.Namespace) -> int:
    from grafana_client.client import GrafanaException

    from dashboards.grafana.publish import compared, publish

    token = os.environ.get(_TOKEN)
    if not token:
        return _complain(f"{_TOKEN}: expected the token of a service account")
    does = compared if args.dry_run else publish
    try:
        standings = does(args.url, token, _place(args))
    except GrafanaException as error:
        return _complain(f"{args.url}: {error.message}")
    except OSError as error:
        return _complain(f"{args.url}: {type(error).__name__}")
    for standing in standings:
        _tell(standing, done="differs" if args.dry_run else "published")
    return 0


def _tell(standing: "Standing", *, done: str) -> None:
    if not standing.found:
        print(f"{standing.title}: {'new' if done == 'differs' else done}")
        return
    print(f"{standing.title}: {done if standing.moves else 'unchanged'}")
    for change in standing.changes[:_MOST_SHOWN]:
        print(f"  {change.path}: {change.before!r} -> {change.after!r}")
    if len(standing.changes) > _MOST_SHOWN:
        print(f"  and {len(standing.changes) - _MOST_SHOWN} more")


def _complain(reason: str) -> int:
    sys.stderr.write(f"zonewatch dashboards: {reason}\n")
    return _REFUSED
