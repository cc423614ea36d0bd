"""What a report shows, before it is a sheet or a page: sections of tables with typed cells."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value as the document has it, and as its reader reads it."""

    kind: Kind
    value: str  # a decimal string, a day as 2026-10-01, or a text; empty where there is none
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under labels; every row has a cell for every label."""

    labels: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a report; without rows it says that there is nothing."""

    name: str
    title: str
    table: Table
    empty: str
    more: str = ""  # what is said of rows that are left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """What is read first: a label, a number, its unit, and what stands below it."""

    label: str
    cell: Cell
    unit: str
    below: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A report in one language."""

    language: str
    title: str
    subject: str
    facts: Sequence[tuple[str, str]]
    provenance: str
    mark: str | None  # across every page where it is not real
    meaning: str | None
    headlines: Sequence[Headline]
    sections: Sequence[Section]
    on_one_page: Sequence[Section]  # those of a manager's page
    notes_title: str
    notes: Sequence[str]
    lineage_label: str
    lineage: str
    digest: str
    page: str  # with gaps for number and total
