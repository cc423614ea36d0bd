"""Uptime days, facts of a day, decisions; what was computed before is computed once more."""

from datetime import UTC, datetime, time
from typing import Final

import sqlalchemy as sa
from alembic import op

from ingest.contract.period import micros

revision: Final = "analytics_0004"
down_revision: Final = "analytics_0003"
branch_labels: Final = None
depends_on: Final = "ingest_0001"

_NOON: Final = time(12, tzinfo=UTC)  # lies in every device day of its date


def upgrade() -> None:
    """Make the tables, and touch an hour of every device-day."""
    op.create_table(
        "uptime_day",
        sa.Column("device", sa.String(63), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("device_class", sa.String(40), nullable=False),
        sa.Column("base_s", sa.Integer, nullable=False),
        sa.Column("up_s", sa.Integer, nullable=False),
        sa.Column("down_s", sa.Integer, nullable=False),
        sa.Column("excluded_s", sa.Integer, nullable=False),
        sa.Column("known_down_s", sa.Integer, nullable=False),
        sa.Column("counter_mwh", sa.BigInteger, nullable=True),
        sa.Column("gauge_mwh", sa.BigInteger, nullable=True),
        sa.Column("tail_s", sa.Integer, nullable=False),
    )
    op.create_index("uptime_day_by_day", "uptime_day", ["day"])
    op.create_table(
        "day_fact",
        sa.Column("device", sa.String(63), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("kind", sa.String(20), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("day_fact_by_kind", "day_fact", ["kind", "day"])
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("known_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "decision_withdrawn",
        sa.Column("decision", sa.Integer, sa.ForeignKey("decision.id"), primary_key=True),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("known_at", sa.BigInteger, nullable=False),
    )
    _touch_everything()


def _touch_everything() -> None:
    known = sa.table(
        "device_day", sa.column("device"), sa.column("day", sa.Date), sa.column("device_class")
    )
    feed = sa.table(
        "feed",
        *(sa.column(name) for name in ("device_class", "device", "hour", "gateway")),
        sa.column("day", sa.Date),
        sa.column("records"),
        sa.column("readings"),
    )
    rows = [
        {
            "device_class": row.device_class,
            "device": row.device,
            "hour": micros(datetime.combine(row.day, _NOON)),
            "gateway": "-",
            "day": row.day,
            "records": 0,
            "readings": 0,
        }
        for row in op.get_bind().execute(sa.select(known))
    ]
    if rows:
        op.bulk_insert(feed, rows)
