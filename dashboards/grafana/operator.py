"""The operator's dashboard: the account of records, what waits, and the room that is left."""

# ruff: noqa: S608

from typing import Final

from dashboards.grafana.blocks import Block, Board, Choice, Form, Section, number, table
from dashboards.grafana.columns import COLUMNS, Step
from dashboards.grafana.sources import Answer, InfluxQuestion, SqlQuestion
from ingest.contract.catalog import REACHABLE
from ingest.contract.metric import DeviceClass
from ingest.disk import MEBIBYTE

_CHOSEN: Final = "gateway IN (${gateway:sqlstring})"
_STATES: Final = (
    *("assigned", "stored", "repeated", "quarantined", "thinned", "pending", "missing"),
)
_BESIDE: Final = ("redelivered", "readings", "unnumbered")
_BEHIND: Final = (
    Step(at=None, mark="good"),
    Step(at=300, mark="warning"),  # [assumed] five minutes
    Step(at=3_600, mark="bad"),  # [assumed]
)
_SUMS: Final = ", ".join(f"sum({name})::bigint AS {name}" for name in (*_STATES, *_BESIDE))
_EVERY_CLASS: Final = "/^(" + "|".join(DeviceClass) + ")$/"

_GATEWAYS: Final = Choice(
    name="gateway",
    question=SqlQuestion(sql="SELECT gateway FROM shown_gateway ORDER BY 1", columns=("gateway",)),
)


def _sum(state: str) -> Block:
    return number(
        f"ledger.{state}",
        f"SELECT sum({state})::bigint AS {state} FROM shown_ledger WHERE {_CHOSEN}",
        state,
        steps=COLUMNS[state].steps,
        width=3,
    )


_BY_GATEWAY: Final = table(
    "grafana.panel.ledger",
    f"SELECT gateway, {_SUMS} FROM shown_ledger WHERE {_CHOSEN} GROUP BY 1"
    " ORDER BY missing DESC, pending DESC, 1",
    ("gateway", *_STATES, *_BESIDE),
    about="ledger.meaning",
)
_BY_DAY: Final = table(
    "grafana.panel.ledger_days",
    f"SELECT day, {_SUMS} FROM shown_ledger WHERE {_CHOSEN} GROUP BY 1 ORDER BY 1 DESC LIMIT 366",
    ("day", *_STATES, *_BESIDE),
)

_REASONS: Final = table(
    "grafana.panel.reasons",
    "SELECT reason, count(*) AS entries, sum(refusals)::bigint AS refusals,"
    " max(received_at) AS received_at FROM shown_quarantine WHERE state = 'open'"
    " GROUP BY 1 ORDER BY refusals DESC, 1 LIMIT 50",
    ("reason", "entries", "refusals", "received_at"),
    width=12,
)
_ENTRIES: Final = table(
    "grafana.panel.quarantine",
    "SELECT id AS number, gateway, reason, refusals, received_at FROM shown_quarantine"
    " WHERE state = 'open' ORDER BY id DESC LIMIT 200",
    ("number", "gateway", "reason", "refusals", "received_at"),
    about="grafana.about.quarantine",
    width=12,
)

_QUEUES: Final = (
    number("grafana.panel.feed", "SELECT feed_rows FROM shown_queue", "feed_rows"),
    number(
        "grafana.panel.behind",
        "SELECT behind_s FROM shown_queue",
        "behind_s",
        steps=_BEHIND,
        unit="s",
    ),
    number("grafana.panel.months_stale", "SELECT months_stale FROM shown_queue", "months_stale"),
)

_RATE: Final = Block(
    title=("grafana.panel.rate",),
    form=Form.CURVES,
    about="grafana.about.rate",
    question=InfluxQuestion(
        influxql=(
            f'SELECT count("{REACHABLE.name}") FROM {_EVERY_CLASS} WHERE $timeFilter'
            " GROUP BY time(5m) fill(none)"
        ),
        series="$measurement",
    ),
    span="1h",
    width=12,
)
_ARCHIVE: Final = table(
    "grafana.panel.archive",
    "SELECT worker, archive_file, bytes FROM shown_archive ORDER BY 1",
    ("worker", "archive_file", "bytes"),
    about="grafana.about.archive",
    width=12,
    height=6,
)
_LAST_ROOM: Final = "FROM shown_disk ORDER BY day DESC LIMIT 1"
_DISK: Final = (
    number(
        "disk.days_left",
        f"SELECT days_left {_LAST_ROOM}",
        "days_left",
        steps=COLUMNS["days_left"].steps,
    ),
    number("disk.free", f"SELECT free_bytes {_LAST_ROOM}", "free_bytes", unit="bytes"),
    number(
        "grafana.panel.growth", f"SELECT growth_bytes {_LAST_ROOM}", "growth_bytes", unit="bytes"
    ),
    Block(
        title=("grafana.panel.room",),
        form=Form.CURVES,
        about="disk.meaning",
        question=SqlQuestion(
            sql=(
                "SELECT day::timestamp AS time, 'free' AS metric, free_bytes AS value_number"
                " FROM shown_disk UNION ALL"
                " SELECT day::timestamp, 'floor', floor_bytes FROM shown_disk ORDER BY 1, 2"
            ),
            columns=("time", "metric", "value_number"),
            answer=Answer.SERIES,
        ),
        unit="bytes",
        steps=(Step(at=None, mark="bad"), Step(at=256 * MEBIBYTE, mark="good")),
        width=12,
        height=6,
    ),
)

BOARD: Final = Board(
    name="operator",
    choices=(_GATEWAYS,),
    since="now-24h",
    refresh="1m",
    sections=(
        Section(
            title="ledger.title",
            blocks=(*(_sum(state) for state in _STATES), _BY_GATEWAY, _BY_DAY),
        ),
        Section(title="grafana.section.quarantine", blocks=(_REASONS, _ENTRIES)),
        Section(title="grafana.section.queues", blocks=(*_QUEUES, _RATE)),
        Section(title="grafana.section.disk", blocks=(*_DISK, _ARCHIVE)),
    ),
)
