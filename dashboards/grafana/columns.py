"""What a column of an answer holds, by its name: the same name means the same in every panel."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from analytics.avoided import ENOUGH_PERCENT
from ingest.disk import SOON

BOARD: Final = "/board"


class Kind(StrEnum):
    """The type of a column's values; any of them may be empty where nothing is known."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    INSTANT = "instant"
    TRUTH = "truth"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From a number on, a column's values are shown in the color of a mark."""

    at: float | None  # None: from the lowest on
    mark: str  # of palette.MARKS


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """How a column is shown."""

    kind: Kind = Kind.TEXT
    words: str = ""  # the family of texts in the catalogues that its values stand for
    unit: str = ""  # as Grafana calls it
    steps: tuple[Step, ...] = ()
    link: str = ""  # a path of the board's
    hidden: bool = False


_RISING: Final = (
    Step(at=None, mark="bad"),
    Step(at=ENOUGH_PERCENT / 2, mark="warning"),
    Step(at=ENOUGH_PERCENT, mark="good"),
)
_NONE_IS_GOOD: Final = (Step(at=None, mark="good"), Step(at=1, mark="bad"))
_DAYS_LEFT: Final = (
    Step(at=None, mark="bad"),
    Step(at=1, mark="warning"),
    Step(at=SOON.days, mark="good"),
)
_TEXT: Final = Column()
_COUNT: Final = Column(kind=Kind.NUMBER)
_PERCENT: Final = Column(kind=Kind.NUMBER, unit="percent")
_SHARE: Final = Column(kind=Kind.NUMBER, unit="percent", steps=_RISING)
_DAY: Final = Column(kind=Kind.DAY)
_INSTANT: Final = Column(kind=Kind.INSTANT)
_BYTES: Final = Column(kind=Kind.NUMBER, unit="bytes")
_LEFT: Final = Column(kind=Kind.NUMBER, steps=_DAYS_LEFT)
_TROUBLE: Final = Column(kind=Kind.NUMBER, steps=_NONE_IS_GOOD)


def _named(column: Column, *names: str) -> dict[str, Column]:
    return dict.fromkeys(names, column)


COLUMNS: Final[Mapping[str, Column]] = {
    **_named(_TEXT, "quoted", "metric", "label", "zone_name", "country", "site", "site_name"),
    **_named(_TEXT, "gateway", "lot", "aid_batch", "batch_name", "profile", "supplier", "scope"),
    **_named(_TEXT, "avoided", "credited", "value", "unit", "lower_edge", "upper_edge", "covers"),
    **_named(_TEXT, "method", "reasons", "source", "version", "gas", "cause", "signed_by"),
    **_named(_TEXT, "about", "claimed", "claimed_in_month", "computed", "progress", "period"),
    **_named(_TEXT, "software", "heard_local", "operator", "plan", "sim", "reason", "worker"),
    **_named(_TEXT, "archive_file", "set_by", "scheme", "limit_value", "limit_unit", "mean"),
    **_named(_TEXT, "highest", "jurisdiction", "proven_text", "low_text", "high_text", "data_text"),
    **_named(_TEXT, "technical_text", "contractual_text", "coverage_text", "month", "entered_by"),
    **_named(_COUNT, "value_number", "devices", "device_days", "quantity", "shipped_pieces"),
    **_named(_COUNT, "accepted_pieces", "handed_over_pieces", "installed_pieces", "registered"),
    **_named(_COUNT, "online", "proven", "revision", "figures_changed", "findings", "assigned"),
    **_named(_COUNT, "stored", "repeated", "thinned", "redelivered", "readings", "unnumbered"),
    **_named(_COUNT, "refusals", "entries", "boots_held", "year", "valid_days", "days", "pieces"),
    **_named(_COUNT, "number", "feed_rows", "months_stale", "index", "pending"),
    **_named(_TROUBLE, "missing", "broken", "days_above", "findings_open", "quarantined"),
    **_named(_SHARE, "coverage_percent", "proven_percent", "up_percent"),
    **_named(_PERCENT, "down_percent", "unknown_percent"),
    **_named(_DAY, "signed", "shipped", "accepted", "handed_over", "installed", "warranty_until"),
    **_named(_DAY, "last_day", "sim_expires", "proven_on", "highest_on", "valid_from", "day"),
    **_named(_INSTANT, "as_of", "received_at", "state_at", "time"),
    **_named(_BYTES, "bytes", "free_bytes", "floor_bytes", "growth_bytes"),
    **_named(_LEFT, "warranty_days_left", "sim_days_left", "days_left"),
    **_named(_TEXT, "subject", "raised_local", "assignee", "acknowledged_by", "parts"),
    **_named(_COUNT, "alarm_count", "ticket", "hours"),
    **_named(_INSTANT, "opened_at", "closed_at"),
    "alarm": Column(kind=Kind.NUMBER, link=f"{BOARD}/alarms/${{__value.raw}}"),
    "rule": Column(words="faults"),
    "priority": Column(words="alarms.priority"),
    "condition": Column(words="alarms.condition"),
    "helped": Column(kind=Kind.TRUTH),
    "latitude": Column(kind=Kind.NUMBER, hidden=True),
    "longitude": Column(kind=Kind.NUMBER, hidden=True),
    "behind_s": Column(kind=Kind.NUMBER, unit="s"),
    "released": Column(kind=Kind.TRUTH),
    "national": Column(kind=Kind.TRUTH),
    "zone": Column(link=f"{BOARD}/zones/${{__value.raw:percentencode}}"),
    "device": Column(link=f"{BOARD}/devices/${{__value.raw:percentencode}}"),
    "station": Column(link=f"{BOARD}/devices/${{__value.raw:percentencode}}"),
    "provenance": Column(words="grafana.provenance"),
    "device_class": Column(words="grafana.class"),
    "figure": Column(words="grafana.figure"),
    "state": Column(words="grafana.state"),
    "month_status": Column(words="report.state"),
    "revision_state": Column(words="report.state"),
    "status": Column(words="status"),
    "role": Column(words="role"),
    "pollutant": Column(words="metric"),
    "category": Column(words="air"),
    "kind": Column(words="claims.kind"),
}
