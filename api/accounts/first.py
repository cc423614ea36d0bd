"""The first start: one admin, whose random password is shown once and kept nowhere."""

from typing import Final

import sqlalchemy as sa

from api.accounts import people
from api.accounts.passwords import hash_of
from api.accounts.people import AccountError
from api.accounts.scope import EVERYTHING
from api.accounts.secrets import new_secret
from api.tables import ACCOUNT
from ingest.audit.journal import LOCAL, Deed, append
from ingest.contract.clock import Clock

NAME: Final = "admin"


def first_admin(catalog: sa.Engine, clock: Clock) -> str | None:
    """Make an admin where there is no account at all, and return the password; else None."""
    with catalog.connect() as connection:
        if connection.scalar(sa.select(sa.func.count()).select_from(ACCOUNT)):
            return None
    password, now = new_secret(), clock.now()
    kept = hash_of(password)
    deed = Deed(actor="zonewatch", action="user.add", object=f"user:{NAME}", address=LOCAL)
    try:
        with catalog.begin() as connection:
            people.add(
                connection,
                name=NAME,
                role="admin",
                scope=EVERYTHING,
                password_hash=kept,
                at=now,
            )
            append(connection, deed, at=now)
    except AccountError:
        return None  # another process was first
    return password
