"""Lists by cursor: a page, and where the next one begins."""

from base64 import b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

from api.problems import unprocessable

T = TypeVar("T")
R = TypeVar("R")


class Page(BaseModel, Generic[T]):
    """Part of a list; next is None on its last page."""

    items: list[T]
    next: str | None


class Place:
    """Where a page begins, and how much may be on it."""

    def __init__(
        self,
        limit: Annotated[int, Query(ge=1, le=1_000, description="items on a page")] = 100,
        cursor: Annotated[str | None, Query(description="the `next` of the page before")] = None,
    ) -> None:
        self.limit = limit
        self.after = None if cursor is None else _key(cursor)


Asked = Annotated[Place, Depends()]


def page_of(
    items: Sequence[T], place: Place, *, key: Callable[[T], str], show: Callable[[T], R]
) -> Page[R]:
    """Return the asked page of items that are sorted by their key."""
    after = place.after
    behind = [item for item in items if after is None or key(item) > after]
    shown = behind[: place.limit]
    more = len(behind) > len(shown)
    return Page(
        items=[show(item) for item in shown], next=cursor_at(key(shown[-1])) if more else None
    )


def cursor_at(key: str) -> str:
    """Return the cursor of the page behind a key."""
    return urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _key(cursor: str) -> str:
    try:
        return b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (Error, ValueError):
        raise unprocessable(f"cursor {cursor!r}: expected the `next` of a page") from None
