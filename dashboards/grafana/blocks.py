"""What dashboards are built of: a block is one panel with its question, as data."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dashboards.grafana.columns import Step
from dashboards.grafana.sources import Question, SqlQuestion

WHOLE_WIDTH: Final = 24


class Form(StrEnum):
    """How a block shows its answer."""

    QUOTED = "quoted"  # one text, as large as it gets
    NUMBER = "number"  # the last number, in the color of its step
    TABLE = "table"
    CURVES = "curves"  # numbers over time
    BARS = "bars"  # a bar a row: a text, then numbers
    STRIP = "strip"  # a row a series, a word a stretch of time
    CALENDAR = "calendar"  # a row a series, a colored number a day
    MAP = "map"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One panel; its title is texts of the catalogues, put together."""

    title: tuple[str, ...]
    form: Form
    question: Question
    about: str = ""  # the text that says what it is, where the title does not
    unit: str = ""  # as Grafana calls it
    steps: tuple[Step, ...] = ()
    words: str = ""  # the family of texts that numbers of a strip stand for, in order
    span: str = ""  # of time that it always asks, such as 1h; empty: that of the dashboard
    width: int = WHOLE_WIDTH
    height: int = 8

    @property
    def name(self) -> str:
        """What tells it apart on its dashboard."""
        return " ".join(self.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Blocks below a heading, once or for each value of a variable."""

    title: str
    blocks: tuple[Block, ...]
    each: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A variable: values that its question finds, all of them chosen at first, or the first."""

    name: str
    question: SqlQuestion
    several: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One dashboard as data."""

    name: str  # of its file; its texts begin with it
    choices: tuple[Choice, ...]
    sections: tuple[Section, ...]
    since: str = "now-2d"
    refresh: str = "5m"

    @property
    def uid(self) -> str:
        """What Grafana knows it by, for ever."""
        return f"zonewatch-{self.name}"

    @property
    def blocks(self) -> tuple[Block, ...]:
        """All its blocks."""
        return tuple(block for section in self.sections for block in section.blocks)

    @property
    def questions(self) -> tuple[Question, ...]:
        """All that is asked, the variables' questions first."""
        return (
            *(choice.question for choice in self.choices),
            *(block.question for block in self.blocks),
        )


def quoted(title: str, sql: str, *, width: int = 4) -> Block:
    """Return a block with a figure's digits as they are quoted everywhere."""
    return Block(
        title=(title,),
        form=Form.QUOTED,
        question=SqlQuestion(sql=sql, columns=("quoted",)),
        width=width,
        height=4,
    )


def number(
    title: str,
    sql: str,
    column: str,
    *,
    steps: tuple[Step, ...] = (),
    unit: str = "",
    width: int = 4,
) -> Block:
    """Return a block with one number."""
    return Block(
        title=(title,),
        form=Form.NUMBER,
        question=SqlQuestion(sql=sql, columns=(column,)),
        steps=steps,
        unit=unit,
        width=width,
        height=4,
    )


def table(
    title: str,
    sql: str,
    columns: tuple[str, ...],
    *,
    about: str = "",
    height: int = 8,
    width: int = WHOLE_WIDTH,
) -> Block:
    """Return a block with a table."""
    return Block(
        title=(title,),
        form=Form.TABLE,
        question=SqlQuestion(sql=sql, columns=columns),
        about=about,
        width=width,
        height=height,
    )
