"""Accounts in the catalog: a name, a role, a scope, and what is kept of a password."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from api.accounts.actor import Actor
from api.accounts.roles import permissions_of, roles
from api.accounts.scope import Scope
from api.tables import ACCOUNT
from ingest.contract.period import micros

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_RESERVED: Final = frozenset({"anonymous", "visitor", "unknown", "zonewatch"})


class AccountError(ValueError):
    """An account that cannot be as it was asked for; the message is one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person or a program that is known."""

    name: str
    role: str
    scope: Scope
    password_hash: str | None
    made_at: int  # microseconds, UTC
    disabled_at: int | None

    def actor(self) -> Actor:
        """Return who this is, and what they may do."""
        return Actor(name=self.name, permissions=permissions_of(self.role), scopes=(self.scope,))


def add(
    connection: sa.Connection,
    *,
    name: str,
    role: str,
    scope: Scope,
    password_hash: str | None,
    at: datetime,
) -> None:
    """Make an account, or raise AccountError."""
    if _NAME.fullmatch(name) is None or name in _RESERVED:
        raise AccountError(f"name {name!r}: expected lower-case letters, digits, '.', '_' or '-'")
    known_role(role)
    row = {
        "name": name,
        "role": role,
        "scope": json.dumps(scope.texts()),
        "password_hash": password_hash,
        "made_at": micros(at),
    }
    try:
        connection.execute(sa.insert(ACCOUNT).values(row))
    except IntegrityError as error:
        raise AccountError(f"user {name!r} is there already") from error


def known_role(name: str) -> None:
    """Raise AccountError where there is no such role."""
    if name not in roles():
        raise AccountError(f"role {name!r}: expected one of {', '.join(roles())}")


def find(connection: sa.Connection, name: str) -> Account | None:
    """Return an account, disabled or not, or None where there is none of that name."""
    row = connection.execute(sa.select(ACCOUNT).where(ACCOUNT.c.name == name)).first()
    return None if row is None else _account(row)


def every(connection: sa.Connection) -> Sequence[Account]:
    """Return all accounts, by name."""
    return [_account(row) for row in connection.execute(sa.select(ACCOUNT).order_by("name"))]


def disable(connection: sa.Connection, name: str, *, at: datetime) -> None:
    """Let an account in no longer, or raise AccountError; what it did stays."""
    found = find(connection, name)
    if found is None or found.disabled_at is not None:
        raise AccountError(f"no user {name!r} that is not disabled")
    connection.execute(
        sa.update(ACCOUNT).where(ACCOUNT.c.name == name).values(disabled_at=micros(at))
    )


def _account(row: "sa.Row[tuple[object, ...]]") -> Account:
    return Account(
        name=row.name,
        role=row.role,
        scope=Scope.parse(json.loads(row.scope)),
        password_hash=row.password_hash,
        made_at=row.made_at,
        disabled_at=row.disabled_at,
    )
