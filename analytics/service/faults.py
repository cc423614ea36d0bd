"""Faults in the catalog: what the watch writes down, and what alarms are made of."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from analytics.faults.fault import Consequence, Fault, RuleId
from analytics.service.tables import FAULT


def put_faults(connection: sa.Connection, faults: Collection[Fault], *, changed_at: int) -> None:
    """Put faults in the place of what was known of them.

    Args:
        connection: A transaction.
        faults: New ones, and those of which something changed.
        changed_at: Our clock. [microseconds]
    """
    if not faults:
        return
    gone = sa.delete(FAULT).where(
        FAULT.c.rule == sa.bindparam("of_rule"),
        FAULT.c.subject == sa.bindparam("of_subject"),
        FAULT.c.began_at == sa.bindparam("since"),
    )
    keys = [{"of_rule": f.rule, "of_subject": f.subject, "since": f.began_at} for f in faults]
    connection.execute(gone, keys)
    rows = [
        asdict(fault) | {"evidence": dict(fault.evidence), "changed_at": changed_at}
        for fault in faults
    ]
    connection.execute(sa.insert(FAULT), rows)


def open_faults(connection: sa.Connection) -> list[Fault]:
    """Return the faults that are not over."""
    return _read(connection, sa.select(FAULT).where(FAULT.c.cleared_at.is_(None)))


def faults_since(connection: sa.Connection, since: int) -> list[Fault]:
    """Return the faults that are open, and those of which something changed since an instant.

    Args:
        connection: Of the catalog.
        since: By our clock, when they were written. [microseconds]
    """
    wanted = FAULT.c.cleared_at.is_(None) | (FAULT.c.changed_at >= since)
    return _read(connection, sa.select(FAULT).where(wanted))


def faults_within(connection: sa.Connection, start: int) -> list[Fault]:
    """Return the faults that are open or ended after an instant, by their own clocks."""
    wanted = FAULT.c.cleared_at.is_(None) | (FAULT.c.cleared_at >= start)
    return _read(connection, sa.select(FAULT).where(wanted))


def _read(connection: sa.Connection, query: "sa.Select[Any]") -> list[Fault]:
    ordered = query.order_by(FAULT.c.began_at, FAULT.c.rule, FAULT.c.subject)
    return [fault_of(row) for row in connection.execute(ordered)]


def fault_of(row: "sa.Row[Any]") -> Fault:
    """Return the fault that a row is of."""
    return Fault(
        rule=RuleId(row.rule),
        subject=row.subject,
        consequence=Consequence(row.consequence),
        began_at=row.began_at,
        raised_at=row.raised_at,
        cleared_at=row.cleared_at,
        proven_at=row.proven_at,
        late=row.late,
        evidence=row.evidence,
    )
