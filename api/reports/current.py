"""The document of a period as it is now: the revision that is published, else what is computed."""

from collections.abc import Iterable

import sqlalchemy as sa

from analytics.claims.claim import Claim
from analytics.periods import Days
from analytics.quoting import Document
from analytics.report import Scope
from api.closing.published import published
from api.reports.compute import compute, document
from ingest.registry.registry import Registry


def current(
    connection: sa.Connection,
    registry: Registry,
    scope: Scope,
    days: Days,
    *,
    software: str,
    claims: Iterable[Claim],
    revision: int | None = None,
) -> Document:
    """Return the document of a whole scope's period, for readers who see all of it.

    Args:
        connection: To the catalog.
        registry: The whole.
        scope: What it is about.
        days: The period.
        software: The version that computes it, where it is computed.
        claims: Those its reader may see, where it is computed.
        revision: Which one is asked for; None for the newest, where there is any.

    Raises:
        UnknownRevisionError: There is no such revision.
        UnknownScopeError: The scope names no zone we have.
    """
    found = published(connection, scope, days.label, revision)
    if found is not None:
        return found
    computed = compute(connection, registry, scope, days)
    return document(computed, software=software, claims=claims)
