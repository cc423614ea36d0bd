"""Grafana's dashboards: write them as files, or put them onto a server.

The server's token is taken from GRAFANA_TOKEN: a service account's that may edit dashboards.
"""

import argparse
import os
import sys
from pathlib import Path
from typing import Final

_TOKEN: Final = "GRAFANA_TOKEN"  # noqa: S105
_REFUSED: Final = 2


def main(argv: list[str] | None = None) -> int:
    """Write or publish the dashboards, and return an exit status."""
    args = _parser().parse_args(argv)
    return _export(args.folder) if args.does == "export" else _publish(args)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zonewatch dashboards", description=__doc__)
    does = parser.add_subparsers(dest="does", required=True)
    export = does.add_parser("export", help="write them as JSON, a file each")
    export.add_argument("folder", type=Path, metavar="DIR")
    publish = does.add_parser("publish", help="put them onto a server, in place of those there")
    publish.add_argument("--url", required=True, metavar="U", help="the server's address")
    publish.add_argument("--dry-run", action="store_true", help="say what would be sent")
    return parser


def _export(folder: Path) -> int:
    from dashboards.grafana.publish import export

    try:
        written = export(folder)
    except OSError as error:
        return _complain(f"{error.filename}: {error.strerror}")
    for path in written:
        print(path)
    return 0


def _publish(args: argparse.Namespace) -> int:
    from grafana_client.client import GrafanaException

    from dashboards.grafana.publish import FOLDER_TITLE, documents, publish

    if args.dry_run:
        for document in documents().values():
            print(f"{document['uid']}: {document['title']}, into the folder {FOLDER_TITLE}")
        return 0
    token = os.environ.get(_TOKEN)
    if not token:
        return _complain(f"{_TOKEN}: expected the token of a service account")
    try:
        titles = publish(args.url, token)
    except GrafanaException as error:
        return _complain(f"{args.url}: {error.message}")
    except OSError as error:
        return _complain(f"{args.url}: {type(error).__name__}")
    for title in titles:
        print(f"{title}: published")
    return 0


def _complain(reason: str) -> int:
    sys.stderr.write(f"zonewatch dashboards: {reason}\n")
    return _REFUSED
