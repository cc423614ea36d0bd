"""Instants at the HTTP edge: microseconds inside, RFC 3339 in UTC outside."""

from ingest.contract.period import instant, rfc3339


def shown(microseconds: int | None) -> str | None:
    """Return an instant as RFC 3339 ending in Z, or None where there is none."""
    return None if microseconds is None else rfc3339(instant(microseconds))
