"""Sends what subscriptions are to be told of: each once, again and again until it is taken."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from random import random
from typing import Final

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from analytics.periods import parse_period
from analytics.quoting import Document
from api.accounts import people
from api.accounts.actor import Actor, Permission
from api.claims.endpoints import claims_for
from api.closing import revisions
from api.closing.revisions import Revision
from api.closing.seeing import as_seen, sees, told_as_seen
from api.closing.signing import KeyUnusableError, Signer
from api.reports.compute import UnknownScopeError, parse_scope
from api.reports.current import current
from api.sources import Sources
from api.subscriptions import kept, webhook
from api.subscriptions.mail import MailServer, mail_of
from api.subscriptions.sending import NotSentError, failed, succeeded
from api.subscriptions.subscription import Means, Occurrence, Subscription, occurrences
from ingest.audit import journal
from ingest.catalog import snapshot
from ingest.contract.period import micros
from ingest.finishing import finish_in_thread
from ingest.home import Home

_LOG = logging.getLogger(__name__)
_PAUSE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Sends over some sources; one runs against a catalog.

    What was sent is written down behind it, so a crash in between sends it again: with the same id
    of the message, by which a receiver knows it.
    """

    sources: Sources
    home: Home
    mail: MailServer | None  # None: mail waits until there is a server
    chance: Callable[[], float] = random

    async def run(self) -> None:
        """Look again and again until cancelled; what has begun is finished."""
        while True:
            await finish_in_thread(self._turn)
            await asyncio.sleep(_PAUSE.total_seconds())

    def send_due(self) -> int:
        """Try to send all that is due; return how much went out."""
        with self.sources.catalog.connect() as connection:
            subscriptions = kept.every(connection)
            known = revisions.every(connection) if subscriptions else []
        now = self.sources.clock.now()
        return sum(
            self._try(subscription, occurrence, known)
            for subscription in subscriptions
            for occurrence in occurrences(subscription, known, now=now)
        )

    def _turn(self) -> None:
        try:
            self.send_due()
        except (OperationalError, KeyUnusableError) as error:
            _LOG.error("cannot send reports yet: %s", str(error).splitlines()[0])

    def _try(
        self, subscription: Subscription, occurrence: Occurrence, known: list[Revision]
    ) -> bool:
        now = self.sources.clock.now()
        with self.sources.catalog.connect() as connection:
            before = kept.sending(connection, subscription.id, occurrence)
            actor = _reader(connection, subscription)
        if before.over or before.next_at > micros(now):
            return False
        if subscription.means is Means.MAIL and self.mail is None:
            return False
        about = {"subscription": subscription.id, "occurrence": occurrence.key}
        try:
            self._send(actor, subscription, occurrence, known)
        except NotSentError as error:
            _LOG.warning("a report did not go out: %s", error, extra=about)
            after = failed(before, error, at=now, chance=self.chance)
        else:
            after = succeeded(before, at=now)
        with self.sources.catalog.begin() as connection:
            kept.note(connection, subscription.id, occurrence, after)
            if after.sent_at is not None:
                name = f"report:{subscription.scope}/{occurrence.period}"
                journal.append(connection, actor.deed("report.send", name), at=now)
        return after.sent_at is not None

    def _send(
        self,
        actor: Actor,
        subscription: Subscription,
        occurrence: Occurrence,
        known: list[Revision],
    ) -> None:
        try:
            scope = parse_scope(subscription.scope)
        except UnknownScopeError as error:
            raise NotSentError(str(error), for_good=True) from error
        if not actor.may(Permission.SUBSCRIBE) or not sees(actor, self.sources.registry(), scope):
            raise NotSentError(f"{actor.name} may not be sent this any more", for_good=True)
        if subscription.means is Means.WEBHOOK:
            told = _told(actor, subscription, occurrence, known)
            at = self.sources.clock.now()
            body = webhook.body_of(subscription, occurrence, told, sent_at=at)
            webhook.post(subscription.target, body, Signer(self.home.keys_dir))
        elif self.mail is not None:
            found = self._document(actor, subscription, occurrence)
            self.mail.send(mail_of(subscription, occurrence, found, sender=self.mail.sender))

    def _document(
        self, actor: Actor, subscription: Subscription, occurrence: Occurrence
    ) -> Document:
        scope, days = parse_scope(subscription.scope), parse_period(occurrence.period)
        with snapshot(self.sources.catalog) as connection:
            found = current(
                connection,
                self.sources.registry(),
                scope,
                days,
                software=self.sources.software,
                claims=claims_for(actor),
                revision=occurrence.revision,
            )
        return as_seen(actor, found)


def _reader(connection: sa.Connection, subscription: Subscription) -> Actor:
    """Return who is told, and what they may see now; a disabled account sees nothing."""
    account = people.find(connection, subscription.account)
    if account is None or account.disabled_at is not None:
        return Actor(name=subscription.account, permissions=frozenset(), scopes=())
    return account.actor()


def _told(
    actor: Actor, subscription: Subscription, occurrence: Occurrence, known: list[Revision]
) -> dict[str, object] | None:
    for each in known:
        named = (each.scope, each.period, each.number)
        if named == (subscription.scope, occurrence.period, occurrence.revision):
            return told_as_seen(actor, each.told())
    return None
