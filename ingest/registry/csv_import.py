"""Importing registry files: either all is entered, or everything that is wrong is named."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, cast

import sqlalchemy as sa

from ingest.registry import tables
from ingest.registry.csv_files import Problem, Reading, Row, read_files
from ingest.registry.kinds import BY_ITEM
from ingest.registry.model import Entry
from ingest.registry.registry import Registry

_NAMED: Final = 50  # problems; what comes after is counted


class ImportRefusedError(Exception):
    """Files that cannot be entered, with everything that is wrong with them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        lines = [str(problem) for problem in problems[:_NAMED]]
        if len(problems) > _NAMED:
            lines.append(f"and {len(problems) - _NAMED} more")
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Files that can be entered, compared with what a registry knows already."""

    rows: tuple[Row, ...]  # that say something new
    counts: Mapping[str, Mapping[str, int]]
    """By kind of file: how many rows are new, changed, unchanged."""


def check(paths: Sequence[Path], registry: Registry) -> Checked:
    """Check files together against each other and a registry, or raise ImportRefusedError."""
    reading = read_files(paths)
    problems = [
        *reading.problems,
        *_duplicates(reading.rows),
        *_dangling(reading, registry),
    ]
    if problems:
        places = [*paths]
        problems.sort(key=lambda problem: (places.index(problem.path), problem.line or 0))
        raise ImportRefusedError(problems)
    return _compared(reading.rows, registry)


def enter(
    connection: sa.Connection, checked: Checked, *, actor: str, source: str, known_at: datetime
) -> int | None:
    """Enter what is new as one change and return its number; None where nothing is new."""
    entries = [(row.valid_from, row.item) for row in checked.rows if row.item is not None]
    if not entries:
        return None
    return tables.append(connection, entries, actor=actor, source=source, known_at=known_at)


def _duplicates(rows: Sequence[Row]) -> list[Problem]:
    first: dict[tuple[str, str, int], Row] = {}
    found: list[Problem] = []
    for row in rows:
        before = first.setdefault((row.kind.name, row.id, row.valid_from), row)
        if row.id and before is not row:
            where = f"line {before.line}" + (
                f" of {before.path}" if before.path != row.path else ""
            )
            text = (
                f"column {row.kind.key}: expected each once, got {row.id!r},"
                f" which {where} has already"
            )
            found.append(Problem(path=row.path, line=row.line, text=text))
    return found


def _dangling(reading: Reading, registry: Registry) -> list[Problem]:
    known: set[tuple[type[Entry], str]] = {(kind, id_) for kind, id_, _ in registry.latest()}
    known |= {(row.kind.item, row.id) for row in reading.rows}
    return [problem for row in reading.rows for problem in _dangling_of(row, known, reading.unread)]


def _dangling_of(
    row: Row, known: Collection[tuple[type[Entry], str]], unread: Collection[type[Entry]]
) -> list[Problem]:
    found: list[Problem] = []
    for column in row.kind.columns:
        if column.names is None or column.names in unread:
            continue
        for named in _named(getattr(row.item, column.name, None)):
            if (column.names, named) not in known:
                text = (
                    f"column {column.name}: expected one of the {BY_ITEM[column.names].file}"
                    f" in these files or in the registry, got {named!r}"
                )
                found.append(Problem(path=row.path, line=row.line, text=text))
    return found


def _named(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return cast("tuple[str, ...]", value) if isinstance(value, tuple) else (str(value),)


def _compared(rows: Sequence[Row], registry: Registry) -> Checked:
    latest = registry.latest()
    seen = {(kind, id_) for kind, id_, _ in latest}
    news: list[Row] = []
    counts: dict[str, Counter[str]] = {}
    for row in rows:
        count = counts.setdefault(row.kind.file, Counter(new=0, changed=0, unchanged=0))
        if latest.get((row.kind.item, row.id, row.valid_from)) == row.item:
            count["unchanged"] += 1
        else:
            count["changed" if (row.kind.item, row.id) in seen else "new"] += 1
            news.append(row)
    return Checked(rows=tuple(news), counts=counts)
