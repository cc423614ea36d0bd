"""Accounts in the catalog: every log-in is written down, in the transaction that begins it."""

from datetime import timedelta

import sqlalchemy as sa

from api.accounts import people, sessions, tokens
from api.accounts.actor import ANONYMOUS, Actor
from api.accounts.passwords import BusyError, is_right
from api.accounts.people import Account
from api.accounts.port import LogInRefusedError, TooManyTriesError
from api.accounts.throttle import ACCOUNT, ADDRESS, Throttle
from ingest.audit.journal import Deed, Outcome, append
from ingest.contract.clock import Clock

_UNKNOWN = "unknown"  # what is typed as a name may be a password


class CatalogAccounts:
    """The accounts of an installation. Safe in any thread; passwords take their time."""

    def __init__(self, catalog: sa.Engine, clock: Clock) -> None:
        self._catalog = catalog
        self._clock = clock
        self._by_account = Throttle(clock, ACCOUNT)
        self._by_address = Throttle(clock, ADDRESS)

    def actor_of(self, token: str) -> Actor | None:
        """Return whose token it is, and write down that it was used."""
        now = self._clock.now()
        with self._catalog.connect() as connection:
            found = tokens.of_secret(connection, token, at=now)
            actor = None if found is None else tokens.actor_of(connection, found)
        if found is not None and actor is not None and tokens.is_use_to_tell(found, at=now):
            with self._catalog.begin() as connection:
                tokens.tell_use(connection, found, at=now)
        return actor

    def actor_of_session(self, cookie: str) -> Actor | None:
        """Return whose session it is."""
        with self._catalog.connect() as connection:
            found = sessions.account_of(connection, cookie, at=self._clock.now())
        return None if found is None else found.actor()

    def visitor(self, address: str) -> Actor:  # noqa: ARG002 - the port's signature
        """Return whoever may do nothing: all must say who they are."""
        return ANONYMOUS

    def log_in(self, name: str, password: str, *, address: str, before: str | None) -> str:
        """Begin a session."""
        for throttle, key in ((self._by_address, address), (self._by_account, name[:100])):
            if (wait := throttle.enter(key)) is not None:
                raise TooManyTriesError(wait)
        with self._catalog.connect() as connection:
            found = people.find(connection, name)
        usable = found is not None and found.disabled_at is None
        kept = found.password_hash if found is not None and usable else None
        try:
            right = is_right(password, kept)
        except BusyError as error:
            raise TooManyTriesError(timedelta(seconds=1)) from error
        if found is None or not right:
            self._tell(found, "log_in", address, Outcome.REFUSED)
            raise LogInRefusedError
        self._by_account.forgive(name[:100])
        self._by_address.undo(address)
        return self._begin(found, address, before)

    def log_out(self, cookie: str, *, address: str) -> None:
        """End a session."""
        now = self._clock.now()
        with self._catalog.begin() as connection:
            account = sessions.account_of(connection, cookie, at=now)
            if account is not None:
                sessions.end(connection, cookie, at=now)
                append(connection, _deed(account, "log_out", address, Outcome.DONE), at=now)

    def _begin(self, account: Account, address: str, before: str | None) -> str:
        now = self._clock.now()
        with self._catalog.begin() as connection:
            if before is not None:
                sessions.end(connection, before, at=now)
            append(connection, _deed(account, "log_in", address, Outcome.DONE), at=now)
            return sessions.begin(connection, account.name, at=now)

    def _tell(self, account: Account | None, action: str, address: str, outcome: Outcome) -> None:
        with self._catalog.begin() as connection:
            append(connection, _deed(account, action, address, outcome), at=self._clock.now())


def _deed(account: Account | None, action: str, address: str, outcome: Outcome) -> Deed:
    name = _UNKNOWN if account is None else account.name
    return Deed(actor=name, action=action, object=f"user:{name}", address=address, outcome=outcome)
