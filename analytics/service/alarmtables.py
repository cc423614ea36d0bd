"""The catalog tables of faults, alarms, repairs and notices."""

from typing import Final

import sqlalchemy as sa

from analytics.service import tables

METADATA: Final = tables.METADATA

ALARM: Final = sa.Table(
    "alarm",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.String(20), nullable=False),  # of its cause
    sa.Column("subject", sa.String(200), nullable=False),
    sa.Column("rule", sa.String(40), nullable=False),
    sa.Column("consequence", sa.String(20), nullable=False),
    sa.Column("priority", sa.String(10), nullable=False),
    sa.Column("zone", sa.String(63), nullable=False),
    sa.Column("country", sa.String(2), nullable=False),
    sa.Column("device_class", sa.String(40), nullable=True),
    sa.Column("condition", sa.String(10), nullable=False),
    sa.Column("began_at", sa.BigInteger, nullable=False),  # microseconds, as all that follow
    sa.Column("raised_at", sa.BigInteger, nullable=False),
    sa.Column("cleared_at", sa.BigInteger, nullable=True),
    sa.Column("acknowledged_at", sa.BigInteger, nullable=True),
    sa.Column("acknowledged_by", sa.String(200), nullable=True),
    sa.Column("shelved_until", sa.BigInteger, nullable=True),
    sa.Column("suppressed", sa.String(20), nullable=True),
    sa.Column("out_of_service", sa.Boolean, nullable=False),
    sa.Column("known_at", sa.BigInteger, nullable=False),
    sa.Column("raises", sa.Integer, nullable=False),
    sa.Column("evidence", sa.Text, nullable=False),  # JSON
    sa.Index("alarm_by_condition", "condition", "cleared_at"),
    sa.Index("alarm_by_raised", "raised_at"),
)

ALARM_DEVICE: Final = sa.Table(
    "alarm_device",
    METADATA,
    sa.Column("alarm", sa.Integer, sa.ForeignKey("alarm.id"), primary_key=True),
    sa.Column("device", sa.String(63), primary_key=True),
    sa.Index("alarm_device_by_device", "device"),
)

ALARM_FAULT: Final = sa.Table(
    "alarm_fault",
    METADATA,
    sa.Column("alarm", sa.Integer, sa.ForeignKey("alarm.id"), primary_key=True),
    sa.Column("rule", sa.String(40), primary_key=True),
    sa.Column("subject", sa.String(63), primary_key=True),
    sa.Column("began_at", sa.BigInteger, primary_key=True),
)

# What people did with alarms, only ever added to.
ALARM_ACTION: Final = sa.Table(
    "alarm_action",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("alarm", sa.Integer, sa.ForeignKey("alarm.id"), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("actor", sa.String(200), nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Index("alarm_action_by_alarm", "alarm"),
)

REPAIR: Final = sa.Table(
    "repair",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("alarm", sa.Integer, sa.ForeignKey("alarm.id"), nullable=False),
    sa.Column("opened_at", sa.BigInteger, nullable=False),
    sa.Column("assignee", sa.String(200), nullable=True),
    sa.Column("assigned_at", sa.BigInteger, nullable=True),
    sa.Column("cause", sa.Text, nullable=True),  # as whoever closed it found
    sa.Column("parts", sa.Text, nullable=True),
    sa.Column("closed_at", sa.BigInteger, nullable=True),
    sa.Column("closed_by", sa.String(200), nullable=True),
    sa.Column("helped", sa.Boolean, nullable=True),  # by readings; null: not known yet
    sa.Column("judged_at", sa.BigInteger, nullable=True),
    sa.Index("repair_by_alarm", "alarm"),
    sa.Index("repair_by_closed", "closed_at"),
)

NOTICE: Final = sa.Table(
    "notice",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("alarm", sa.Integer, sa.ForeignKey("alarm.id"), nullable=False),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Column("devices", sa.Integer, nullable=False),  # how many it reached then
    sa.Column("told", sa.Text, nullable=False),  # the alarm as it was, as JSON
    sa.Index("notice_by_alarm", "alarm", "id"),
)
