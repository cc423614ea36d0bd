"""Sessions of people at the board: a random cookie, of which a hash is kept."""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from api.accounts.people import Account, find
from api.accounts.secrets import digest, new_secret
from api.tables import SESSION
from ingest.contract.period import micros

LASTS: Final = timedelta(hours=12)  # [assumed] a working day


def begin(connection: sa.Connection, account: str, *, at: datetime) -> str:
    """Begin a session and return its cookie; what ended long ago is cleared away."""
    connection.execute(sa.delete(SESSION).where(SESSION.c.expires_at < micros(at)))
    secret = new_secret()
    row = {
        "hash": digest(secret),
        "account": account,
        "made_at": micros(at),
        "expires_at": micros(at + LASTS),
    }
    connection.execute(sa.insert(SESSION).values(row))
    return secret


def account_of(connection: sa.Connection, cookie: str, *, at: datetime) -> Account | None:
    """Return whose session it is, or None where it is over or its account disabled."""
    query = sa.select(SESSION.c.account).where(
        SESSION.c.hash == digest(cookie),
        SESSION.c.ended_at.is_(None),
        SESSION.c.expires_at > micros(at),
    )
    name = connection.scalar(query)
    found = None if name is None else find(connection, name)
    return found if found is not None and found.disabled_at is None else None


def end(connection: sa.Connection, cookie: str, *, at: datetime) -> None:
    """End a session, where there is one."""
    running = sa.and_(SESSION.c.hash == digest(cookie), SESSION.c.ended_at.is_(None))
    connection.execute(sa.update(SESSION).where(running).values(ended_at=micros(at)))
