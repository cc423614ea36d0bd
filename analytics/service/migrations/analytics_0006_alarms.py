"""Alarms with whom they reach, what people did, repairs, and notices to give."""

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: Final = "analytics_0006"
down_revision: Final = "analytics_0005"
branch_labels: Final = None
depends_on: Final = None

_REFUSAL: Final = "what people did with alarms is only ever added to"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("rule", sa.String(40), nullable=False),
        sa.Column("consequence", sa.String(20), nullable=False),
        sa.Column("priority", sa.String(10), nullable=False),
        sa.Column("zone", sa.String(63), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("device_class", sa.String(40), nullable=True),
        sa.Column("condition", sa.String(10), nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("raised_at", sa.BigInteger, nullable=False),
        sa.Column("cleared_at", sa.BigInteger, nullable=True),
        sa.Column("acknowledged_at", sa.BigInteger, nullable=True),
        sa.Column("acknowledged_by", sa.String(200), nullable=True),
        sa.Column("shelved_until", sa.BigInteger, nullable=True),
        sa.Column("suppressed", sa.String(20), nullable=True),
        sa.Column("out_of_service", sa.Boolean, nullable=False),
        sa.Column("known_at", sa.BigInteger, nullable=False),
        sa.Column("raises", sa.Integer, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
    )
    op.create_index("alarm_by_condition", "alarm", ["condition", "cleared_at"])
    op.create_index("alarm_by_raised", "alarm", ["raised_at"])
    op.create_table(
        "alarm_device",
        sa.Column("alarm", sa.Integer, sa.ForeignKey("alarm.id"), primary_key=True),
        sa.Column("device", sa.String(63), primary_key=True),
    )
    op.create_index("alarm_device_by_device", "alarm_device", ["device"])
    op.create_table(
        "alarm_fault",
        sa.Column("alarm", sa.Integer, sa.ForeignKey("alarm.id"), primary_key=True),
        sa.Column("rule", sa.String(40), primary_key=True),
        sa.Column("subject", sa.String(63), primary_key=True),
        sa.Column("began_at", sa.BigInteger, primary_key=True),
    )
    op.create_table(
        "alarm_action",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("alarm", sa.Integer, sa.ForeignKey("alarm.id"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=True),
        sa.Column("text", sa.Text, nullable=False),
    )
    op.create_index("alarm_action_by_alarm", "alarm_action", ["alarm"])
    op.create_table(
        "repair",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("alarm", sa.Integer, sa.ForeignKey("alarm.id"), nullable=False),
        sa.Column("opened_at", sa.BigInteger, nullable=False),
        sa.Column("assignee", sa.String(200), nullable=True),
        sa.Column("assigned_at", sa.BigInteger, nullable=True),
        sa.Column("cause", sa.Text, nullable=True),
        sa.Column("parts", sa.Text, nullable=True),
        sa.Column("closed_at", sa.BigInteger, nullable=True),
        sa.Column("closed_by", sa.String(200), nullable=True),
        sa.Column("helped", sa.Boolean, nullable=True),
        sa.Column("judged_at", sa.BigInteger, nullable=True),
    )
    op.create_index("repair_by_alarm", "repair", ["alarm"])
    op.create_index("repair_by_closed", "repair", ["closed_at"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("alarm", sa.Integer, sa.ForeignKey("alarm.id"), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("devices", sa.Integer, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
    )
    op.create_index("notice_by_alarm", "notice", ["alarm", "id"])
    for statement in _only_added_to(op.get_bind().dialect.name):
        op.execute(statement)


def _only_added_to(dialect: str) -> Iterator[str]:
    if dialect == "postgresql":
        yield (
            "CREATE FUNCTION alarm_action_refuse() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
        yield (
            "CREATE TRIGGER alarm_action_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE"
            " ON alarm_action FOR EACH STATEMENT EXECUTE FUNCTION alarm_action_refuse()"
        )
    elif dialect == "sqlite":
        for change in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER alarm_action_no_{change.lower()} BEFORE {change} ON alarm_action"
                f" BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
