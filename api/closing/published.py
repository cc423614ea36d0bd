"""What is published of a period: the document of a revision, where there is one."""

import sqlalchemy as sa

from analytics.quoting import Document
from analytics.report import Scope
from api.closing import revisions
from api.closing.making import scope_text


class UnknownRevisionError(LookupError):
    """A number that no revision has."""

    def __init__(self, name: str, number: int) -> None:
        super().__init__(f"{name}: no revision {number}")
        self.number = number


def published(
    connection: sa.Connection, scope: Scope, period: str, number: int | None = None
) -> Document | None:
    """Return the document of a revision; without a number, of the newest, or None before any."""
    known = revisions.history(connection, scope_text(scope), period)
    if number is not None:
        for each in known:
            if each.number == number:
                return each.document(known)
        raise UnknownRevisionError(f"{scope_text(scope)} {period}", number)
    return known[-1].document(known) if known else None
