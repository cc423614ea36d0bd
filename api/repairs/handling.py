"""What people do with a ticket, over HTTP and on the board alike: written down with who did it."""

from http import HTTPStatus

import sqlalchemy as sa

from analytics.alarms.alarm import Alarm
from analytics.alarms.mending import Repair
from analytics.service import alarms, repairs
from analytics.service.repairs import RepairClosedError
from api.accounts.actor import Actor
from api.alarms.seeing import sees
from api.problems import Problem, not_found
from api.sources import Sources
from ingest.audit import journal
from ingest.contract.period import micros

Ticket = tuple[Repair, Alarm]


def the_ticket(connection: sa.Connection, actor: Actor, sources: Sources, number: int) -> Ticket:
    """Return a ticket that somebody sees, with its alarm, or raise a problem."""
    ticket = repairs.repair(connection, number)
    alarm = None if ticket is None else alarms.alarm(connection, ticket.alarm)
    if ticket is None or alarm is None or not sees(actor, sources, alarm):
        raise not_found("repair", number)
    return ticket, alarm


def assign(sources: Sources, actor: Actor, number: int, assignee: str) -> Ticket:
    """Write down who goes."""
    now = sources.clock.now()
    with sources.catalog.begin() as connection:
        ticket, _ = the_ticket(connection, actor, sources, number)
        try:
            repairs.assign(connection, ticket, assignee, micros(now))
        except RepairClosedError as error:
            raise Problem(HTTPStatus.CONFLICT, str(error)) from error
        journal.append(connection, actor.deed("repair.assign", f"repair:{number}"), at=now)
        return the_ticket(connection, actor, sources, number)


def close(sources: Sources, actor: Actor, number: int, *, cause: str, parts: str) -> Ticket:
    """Write down what was found and used."""
    now = sources.clock.now()
    with sources.catalog.begin() as connection:
        ticket, _ = the_ticket(connection, actor, sources, number)
        try:
            repairs.close(
                connection, ticket, by=actor.name, at=micros(now), cause=cause, parts=parts
            )
        except RepairClosedError as error:
            raise Problem(HTTPStatus.CONFLICT, str(error)) from error
        journal.append(connection, actor.deed("repair.close", f"repair:{number}"), at=now)
        return the_ticket(connection, actor, sources, number)
