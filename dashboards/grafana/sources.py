"""Where Grafana's panels ask: readings in InfluxDB by InfluxQL, figures in PostgreSQL by SQL."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from ingest.contract.metric import Metric

READINGS: Final = DataSourceRef(type_val="influxdb", uid="zonewatch-readings")
FIGURES: Final = DataSourceRef(type_val="grafana-postgresql-datasource", uid="zonewatch-figures")
_ONLY: Final = "A"  # what Grafana calls a panel's only question


class Answer(StrEnum):
    """What becomes of an answer's rows: a table, or a series for each text in `metric`."""

    TABLE = "table"
    SERIES = "time_series"


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlQuestion:
    """Something to ask in SQL, and the columns of its answer, each described in columns.py."""

    sql: str
    columns: tuple[str, ...]
    answer: Answer = Answer.TABLE

    @property
    def source(self) -> DataSourceRef:
        """Where it is asked."""
        return FIGURES

    def target(self) -> dict[str, object]:
        """Return the question as a panel puts it."""
        return {
            "refId": _ONLY,
            "datasource": self.source.to_json(),
            "format": self.answer.value,
            "editorMode": "code",
            "rawQuery": True,
            "rawSql": self.sql,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class InfluxQuestion:
    """Numbers over time, or one number a series."""

    influxql: str
    series: str  # what a series is called
    metric: Metric | None = None  # of what the numbers are; None: they count

    @property
    def source(self) -> DataSourceRef:
        """Where it is asked."""
        return READINGS

    def target(self) -> dict[str, object]:
        """Return the question as a panel puts it."""
        return {
            "refId": _ONLY,
            "datasource": self.source.to_json(),
            "rawQuery": True,
            "resultFormat": "time_series",
            "query": self.influxql,
            "alias": self.series,
        }


Question = SqlQuestion | InfluxQuestion


class _Asked(Dataquery):
    """A question in the form that the SDK writes; it has none for these two sources."""

    def __init__(self, question: Question) -> None:
        self._question = question

    def to_json(self) -> dict[str, object]:
        """Return it as the dashboard's JSON holds it."""
        return self._question.target()


class Target(Builder[Dataquery]):
    """Builds a panel's question."""

    def __init__(self, question: Question) -> None:
        self._question = question

    def build(self) -> Dataquery:
        """Return the question."""
        return _Asked(self._question)
