"""Enter what is deployed from CSV files, all or nothing; write it out; check files."""

import argparse
import json
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ingest.home import Home, NoHomeError, home_path

if TYPE_CHECKING:
    import sqlalchemy as sa

    from ingest.registry.csv_import import Checked

MIGRATIONS: Final = Path(__file__).parent / "migrations"

_BAD_INPUT: Final = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one of import, export and check, and return an exit status."""
    args = _parser().parse_args(argv)
    from sqlalchemy.exc import SQLAlchemyError

    from ingest.catalog import CatalogError
    from ingest.registry.csv_import import ImportRefusedError
    from ingest.registry.tables import ConcurrentChangeError

    try:
        _RUN[args.command](args)
    except (NoHomeError, CatalogError, ImportRefusedError, ConcurrentChangeError) as error:
        print(error, file=sys.stderr)
        return _BAD_INPUT
    except SQLAlchemyError as error:
        print(f"the catalog: {str(error).splitlines()[0]}", file=sys.stderr)
        return _BAD_INPUT
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return _BAD_INPUT
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zonewatch registry", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    entering = commands.add_parser("import", help="enter files; makes the home if there is none")
    checking = commands.add_parser("check", help="say what is wrong with files, enter nothing")
    exporting = commands.add_parser("export", help="write what is known as files")
    for command in (entering, checking):
        command.add_argument("files", nargs="+", type=Path, metavar="FILE")
        command.add_argument("--json", action="store_true", help="print the counts as JSON")
    entering.add_argument("--actor", default="operator", help="who enters it (default: operator)")
    exporting.add_argument("folder", type=Path, metavar="DIR")
    for command in (entering, checking, exporting):
        command.add_argument("--home", type=Path, metavar="DIR", help="the folder of the home")
    return parser


def _import(args: argparse.Namespace) -> None:
    from ingest.audit.journal import LOCAL, Deed, append
    from ingest.contract.clock import SystemClock
    from ingest.registry.csv_import import check, enter
    from ingest.registry.registry import Registry
    from ingest.registry.tables import load

    path = home_path(args.home)
    if not path.exists():
        check(args.files, Registry())
    with _catalog(Home.create(path)) as engine, engine.begin() as connection:
        checked = check(args.files, load(connection))
        now = SystemClock().now()
        change = enter(
            connection,
            checked,
            actor=args.actor,
            source=", ".join(file.name for file in args.files),
            known_at=now,
        )
        if change is not None:
            deed = Deed(
                actor=args.actor,
                action="registry.import",
                object=f"change:{change}",
                address=LOCAL,
            )
            append(connection, deed, at=now)
    _tell(checked, as_json=args.json, change=change)


def _check(args: argparse.Namespace) -> None:
    from ingest.registry.csv_import import check
    from ingest.registry.registry import Registry
    from ingest.registry.tables import load

    path = home_path(args.home)
    registry = Registry()
    if args.home is not None or path.exists():
        with _catalog(Home.open(path)) as engine, engine.connect() as connection:
            registry = load(connection)
    _tell(check(args.files, registry), as_json=args.json, change=None)


def _export(args: argparse.Namespace) -> None:
    from ingest.registry.csv_export import export
    from ingest.registry.tables import load

    home = Home.open(home_path(args.home))
    with _catalog(home) as engine, engine.connect() as connection:
        registry = load(connection)
    for path in export(registry, args.folder):
        print(path)


_RUN: Final = {"import": _import, "check": _check, "export": _export}


@contextmanager
def _catalog(home: Home) -> "Generator[sa.Engine]":
    from ingest.audit.tables import MIGRATIONS as AUDIT
    from ingest.catalog import open_catalog, upgrade

    engine = open_catalog(home.catalog_url())
    try:
        upgrade(engine, [MIGRATIONS, AUDIT])
        yield engine
    finally:
        engine.dispose()


def _tell(checked: "Checked", *, as_json: bool, change: int | None) -> None:
    if as_json:
        print(json.dumps({"change": change, "rows": checked.counts}))
        return
    for file, count in checked.counts.items():
        print(f"{file}: " + ", ".join(f"{number} {what}" for what, number in count.items()))
    if change is not None:
        print(f"entered as change {change}")
