"""Tokens of programs: made for an account, narrower than it or alike, for a while."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from api.accounts.actor import Actor
from api.accounts.people import AccountError, find, known_role
from api.accounts.roles import permissions_of
from api.accounts.scope import Scope
from api.accounts.secrets import digest, new_secret
from api.tables import TOKEN
from ingest.contract.period import micros

_PREFIX: Final = "zwt_"
_USE_TOLD_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as it is listed; the secret itself is nowhere."""

    id: int
    account: str
    label: str
    role: str
    scope: Scope
    expires_at: int  # microseconds, UTC
    revoked_at: int | None
    used_at: int | None  # to the minute


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """A token to be made."""

    account: str
    label: str
    role: str
    scope: Scope
    lasts: timedelta


def create(connection: sa.Connection, token: NewToken, *, at: datetime) -> tuple[int, str]:
    """Make a token and return its id and its secret, or raise AccountError."""
    found = find(connection, token.account)
    if found is None or found.disabled_at is not None:
        raise AccountError(f"no user {token.account!r} that is not disabled")
    known_role(token.role)
    secret = new_secret(_PREFIX)
    row = {
        "hash": digest(secret),
        "account": token.account,
        "label": token.label,
        "role": token.role,
        "scope": json.dumps(token.scope.texts()),
        "made_at": micros(at),
        "expires_at": micros(at + token.lasts),
    }
    result = connection.execute(sa.insert(TOKEN).values(row))
    key = result.inserted_primary_key
    assert key is not None  # noqa: S101 - of one inserted row there always is one
    return int(key[0]), secret


def revoke(connection: sa.Connection, number: int, *, at: datetime) -> None:
    """Let a token in no longer, or raise AccountError."""
    valid = sa.and_(TOKEN.c.id == number, TOKEN.c.revoked_at.is_(None))
    done = connection.execute(sa.update(TOKEN).where(valid).values(revoked_at=micros(at)))
    if done.rowcount == 0:
        raise AccountError(f"no token {number} that is not revoked")


def every(connection: sa.Connection) -> Sequence[Token]:
    """Return all tokens, by id."""
    return [_token(row) for row in connection.execute(sa.select(TOKEN).order_by(TOKEN.c.id))]


def of_secret(connection: sa.Connection, secret: str, *, at: datetime) -> Token | None:
    """Return the token of a secret, or None where it is unknown, expired or revoked."""
    query = sa.select(TOKEN).where(
        TOKEN.c.hash == digest(secret),
        TOKEN.c.revoked_at.is_(None),
        TOKEN.c.expires_at > micros(at),
    )
    row = connection.execute(query).first()
    return None if row is None else _token(row)


def actor_of(connection: sa.Connection, token: Token) -> Actor | None:
    """Return who a token stands for, or None where the account is disabled."""
    account = find(connection, token.account)
    if account is None or account.disabled_at is not None:
        return None
    return Actor(
        name=account.name,
        permissions=permissions_of(account.role) & permissions_of(token.role),
        scopes=(account.scope, token.scope),
    )


def is_use_to_tell(token: Token, *, at: datetime) -> bool:
    """Tell whether a use is worth writing down: once a minute is enough."""
    return token.used_at is None or micros(at) - token.used_at > micros_of(_USE_TOLD_EVERY)


def tell_use(connection: sa.Connection, token: Token, *, at: datetime) -> None:
    """Write down when a token was used last."""
    connection.execute(sa.update(TOKEN).where(TOKEN.c.id == token.id).values(used_at=micros(at)))


def micros_of(duration: timedelta) -> int:
    """Return a duration in microseconds."""
    return duration // timedelta(microseconds=1)


def _token(row: "sa.Row[tuple[object, ...]]") -> Token:
    return Token(
        id=row.id,
        account=row.account,
        label=row.label,
        role=row.role,
        scope=Scope.parse(json.loads(row.scope)),
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )
