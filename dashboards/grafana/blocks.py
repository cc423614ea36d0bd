"""What dashboards are built of: a block is one panel with its question."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from grafana_foundation_sdk.builders import common as build_common
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import stat, table, text, timeseries
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import (
    ValueMap,
    ValueMappingResult,
    VariableRefresh,
)
from grafana_foundation_sdk.models.text import TextMode

from dashboards.grafana.sources import Question, SqlQuestion, Target

NO_DATA: Final = "no data"
WHOLE_WIDTH: Final = 24


class Form(StrEnum):
    """How a block shows its answer."""

    QUOTED = "quoted"  # one text, as large as it gets
    TABLE = "table"
    COUNT = "count"  # the last number
    CURVES = "curves"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One panel."""

    title: str
    form: Form
    question: Question
    description: str = ""
    unit: str = ""  # as Grafana calls it
    width: int = WHOLE_WIDTH
    height: int = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Blocks below a heading, once or for each value of a variable."""

    title: str
    blocks: tuple[Block, ...]
    each: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A variable: the values that its question finds, all of them chosen at first."""

    name: str
    label: str
    question: SqlQuestion


_Panel = stat.Panel | table.Panel | timeseries.Panel
_MARKED: Final[Mapping[str, str]] = {"REAL": "green", "SIMULATED": "orange", "RECORDED": "blue"}


def lay_out(board: build.Dashboard, sections: Iterable[Section]) -> build.Dashboard:
    """Put sections onto a dashboard, one below the other."""
    for section in sections:
        row = build.Row(section.title)
        board.with_row(row.repeat(section.each) if section.each else row)
        for block in section.blocks:
            board.with_panel(panel(block))
    return board


def panel(block: Block) -> _Panel:
    """Return a block as a panel."""
    made = _FORMS[block.form](block)
    made.title(block.title).description(block.description).no_value(NO_DATA)
    made.span(block.width).height(block.height).datasource(block.question.source)
    return made.with_target(Target(block.question))


def note(markdown: str, *, height: int) -> text.Panel:
    """Return a panel that says something across the whole width."""
    said = text.Panel().mode(TextMode.MARKDOWN).content(markdown)
    return said.span(WHOLE_WIDTH).height(height).transparent(transparent=True)


def variable(choice: Choice) -> build.QueryVariable:
    """Return a choice as a variable."""
    made = build.QueryVariable(choice.name).label(choice.label)
    made.datasource(choice.question.source).query(choice.question.sql)
    made.multi(multi=True).include_all(include_all=True)
    return made.refresh(VariableRefresh.ON_DASHBOARD_LOAD)


def _quoted(block: Block) -> stat.Panel:
    """Show a text as it is: a number would be rounded and grouped again."""
    made = _number(block).reduce_options(
        build_common.ReduceDataOptions()
        .calcs(["lastNotNull"])
        .fields("/^quoted$/")
        .values(values=False)
    )
    return made.mappings([_marks()])


def _number(block: Block) -> stat.Panel:
    made = stat.Panel().graph_mode(common.BigValueGraphMode.NONE)
    made.text_mode(common.BigValueTextMode.VALUE)
    return made.unit(block.unit) if block.unit else made


def _count(block: Block) -> stat.Panel:
    last = build_common.ReduceDataOptions().calcs(["lastNotNull"])
    return _number(block).reduce_options(last)


def _table(_: Block) -> table.Panel:
    return table.Panel().mappings([_marks()])


def _curves(block: Block) -> timeseries.Panel:
    """Draw what was measured; where nothing was, there is a gap."""
    made = timeseries.Panel().line_width(1).span_nulls(span_nulls=False)
    return made.unit(block.unit) if block.unit else made


def _marks() -> ValueMap:
    """Let provenance stand out wherever it is written."""
    return ValueMap(
        options={
            word: ValueMappingResult(text=word, color=color, index=index)
            for index, (word, color) in enumerate(_MARKED.items())
        }
    )


_FORMS: Final[Mapping[Form, Callable[[Block], _Panel]]] = {
    Form.QUOTED: _quoted,
    Form.TABLE: _table,
    Form.COUNT: _count,
    Form.CURVES: _curves,
}
