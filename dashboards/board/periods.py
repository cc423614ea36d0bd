"""The pages of periods: what was prepared or closed, and one period with all of its revisions."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.closing.states import State, Step
from ingest.registry.model import Provenance


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodRow:
    """A revision of a scope's period, as it is listed."""

    scope: str
    period: str
    number: int
    state: State
    steps: tuple[Step, ...]
    cause: str
    changed: int  # leaves of the document that differ from the revision before


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodsView:
    """The page of everything that was prepared or closed, the newest first."""

    rows: tuple[PeriodRow, ...]
    scopes: tuple[str, ...]  # that can be chosen
    refusal: str = ""  # why there is no such period
    provenances: tuple[Provenance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A leaf of the document that a revision changed; None where there was or is none."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionView:
    """A revision: how far it is, why it was made, and what it changed."""

    number: int
    state: State
    steps: tuple[Step, ...]
    cause: str
    follows: int | None
    device_days: int
    days: Sequence[str]
    devices: Sequence[str]
    changes: tuple[ChangeRow, ...]
    change_count: int
    told: Sequence[str]  # who was told of it
    software: str
    registry_change: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow:
    """A figure of a revision, which can be followed back."""

    figure: str
    device_class: str
    value: str | None
    unit: str
    status: str
    lineage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidView:
    """A finding or an answer. [microseconds, UTC]"""

    number: int
    actor: str
    at: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """A finding on a revision, with its answers."""

    revision: int
    said: SaidView
    answers: tuple[SaidView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodView:
    """The page of one period of a scope, by what its reader may do with it."""

    scope: str
    period: str
    revisions: tuple[RevisionView, ...]  # the newest first
    figures: tuple[FigureRow, ...]  # of the newest
    findings: tuple[FindingView, ...]
    steps: tuple[State, ...]  # that the reader may take next
    may_find: bool
    may_answer: bool
    refusal: str = ""  # why a step was not taken
    provenances: tuple[Provenance, ...] = ()
