"""The catalog tables that analytics owns: facts, and what became of submitted records."""

from typing import Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData()

DEVICE_DAY: Final = sa.Table(
    "device_day",
    METADATA,
    sa.Column("device", sa.String(63), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("device_class", sa.String(40), nullable=False),
    sa.Column("records", sa.Integer, nullable=False),
    sa.Column("covered_s", sa.Integer, nullable=False),
    sa.Column("energy_mwh", sa.BigInteger, nullable=True),
    sa.Column("energy_source", sa.String(10), nullable=True),
    sa.Column("lit_s", sa.Integer, nullable=True),
    sa.Column("estimated_mwh", sa.BigInteger, nullable=True),
    sa.Column("imported_mwh", sa.BigInteger, nullable=True),
    sa.Column("distance_m", sa.BigInteger, nullable=True),
    sa.Index("device_day_by_day", "day"),
)

# Ministries' own factors, only ever added to; numbered as the registry's changes are.
ENTERED_FACTOR: Final = sa.Table(
    "entered_factor",
    METADATA,
    sa.Column("change", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("country", sa.String(20), nullable=False),
    sa.Column("role", sa.String(40), nullable=False),
    sa.Column("gas", sa.String(10), nullable=False),
    sa.Column("value", sa.String(40), nullable=False),  # decimal digits, exact
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),
    sa.Column("licence", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("u95_percent", sa.String(40), nullable=True),
    sa.Column("entered_by", sa.String(200), nullable=False),
)

UPTIME_DAY: Final = sa.Table(
    "uptime_day",
    METADATA,
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
    sa.Index("uptime_day_by_day", "day"),
)

# Facts of one device and day that only some device classes have, as JSON.
DAY_FACT: Final = sa.Table(
    "day_fact",
    METADATA,
    sa.Column("device", sa.String(63), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("kind", sa.String(20), primary_key=True),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index("day_fact_by_kind", "kind", "day"),
)

# Only ever added to; what no longer holds has a row in DECISION_WITHDRAWN.
DECISION: Final = sa.Table(
    "decision",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("body", sa.Text, nullable=False),  # what was decided, as JSON
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("known_at", sa.BigInteger, nullable=False),  # microseconds
)

DECISION_WITHDRAWN: Final = sa.Table(
    "decision_withdrawn",
    METADATA,
    sa.Column("decision", sa.Integer, sa.ForeignKey("decision.id"), primary_key=True),
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("known_at", sa.BigInteger, nullable=False),  # microseconds
)

SUBMISSION: Final = sa.Table(
    "submission",
    METADATA,
    sa.Column("device", sa.String(63), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),  # UTC day of measuring
    sa.Column("records", sa.Integer, nullable=False),
    sa.Column("repeated", sa.Integer, nullable=False),
)

PROGRESS: Final = sa.Table(
    "progress",
    METADATA,
    sa.Column("stage", sa.String(40), primary_key=True),
    sa.Column("changes", sa.BigInteger, nullable=False),  # feed rows taken, ever
    sa.Column("hours", sa.BigInteger, nullable=False),  # device-hours computed, ever
    sa.Column("since", sa.BigInteger, nullable=False),  # first hour ever touched, microseconds
    sa.Column("as_of", sa.BigInteger, nullable=False),  # of the last pass, microseconds
)

# What dashboards ask for in SQL: every zone's figures so far, written anew as analytics goes on.
ZONE_FIGURE: Final = sa.Table(
    "zone_figure",
    METADATA,
    sa.Column("zone", sa.String(63), primary_key=True),
    sa.Column("figure", sa.String(40), primary_key=True),
    sa.Column("device_class", sa.String(40), primary_key=True),  # or "all"
    sa.Column("value", sa.String(40), nullable=True),  # the digits that are quoted
    sa.Column("number", sa.Numeric(38, 9), nullable=True),  # the same digits, to draw and to sort
    sa.Column("unit", sa.String(20), nullable=False),
    sa.Column("coverage_percent", sa.Numeric(4, 1), nullable=True),
    sa.Column("provenance", sa.String(10), nullable=False),
    sa.Column("as_of", sa.BigInteger, nullable=False),  # microseconds
)

# What dashboards ask for in SQL: the report of every month, by scope, written anew as it moves.
SCOPE_MONTH: Final = sa.Table(
    "scope_month",
    METADATA,
    sa.Column("scope", sa.String(80), primary_key=True),  # zone:ID, country:CODE or programme
    sa.Column("month", sa.Date, primary_key=True),  # its first day
    sa.Column("document", sa.Text, nullable=False),  # as a report's JSON has it
    sa.Column("index_days", sa.Text, nullable=False),  # stations' air quality indices, as JSON
    sa.Column("known", sa.String(80), nullable=False),  # registry, factors and decisions in it
    sa.Column("as_of", sa.BigInteger, nullable=False),  # microseconds
    sa.Column("stale", sa.Boolean, nullable=False),  # whether facts have moved since
    sa.Column("settled", sa.Boolean, nullable=False),  # whether it is over, late data included
)

# What the fault rules found, each named by rule, subject and beginning; instants in microseconds.
FAULT: Final = sa.Table(
    "fault",
    METADATA,
    sa.Column("rule", sa.String(40), primary_key=True),
    sa.Column("subject", sa.String(63), primary_key=True),  # device or gateway
    sa.Column("began_at", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("consequence", sa.String(20), nullable=False),
    sa.Column("raised_at", sa.BigInteger, nullable=False),
    sa.Column("cleared_at", sa.BigInteger, nullable=True),
    sa.Column("proven_at", sa.BigInteger, nullable=False),
    sa.Column("late", sa.Boolean, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("changed_at", sa.BigInteger, nullable=False, server_default="0"),  # by our clock
    sa.Index("fault_by_change", "changed_at"),
    sa.Index("fault_by_end", "cleared_at"),
)

# When a device was last heard, by our clock, and what it said then by its own; microseconds.
HEARD: Final = sa.Table(
    "heard",
    METADATA,
    sa.Column("device", sa.String(63), primary_key=True),
    sa.Column("measured_at", sa.BigInteger, nullable=False),
    sa.Column("heard_at", sa.BigInteger, nullable=False),
)

# How well a lamp's panel charged on a day, against its neighbors'.
CHARGE_DAY: Final = sa.Table(
    "charge_day",
    METADATA,
    sa.Column("device", sa.String(63), primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("permille", sa.Integer, nullable=False),
)
