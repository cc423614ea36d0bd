"""What is refused before anything is done for it: too many, too long, too large."""

from http import HTTPStatus
from typing import Final

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.abuse.rates import Rates
from api.problems import Problem, answer, too_many

LARGEST_BODY: Final = 1 << 20  # bytes
LARGEST_FILE: Final = 12 << 20  # bytes, where a file is brought in: a telephone's photograph
LONGEST_QUERY: Final = 4_096  # bytes
_WITH_FILES: Final = ("/v1/imports", "/v1/evidence", "/board/imports", "/board/commission")


class Gate:
    """Lets through what is within bounds."""

    def __init__(self, app: ASGIApp, *, rates: Rates) -> None:
        self._app = app
        self._rates = rates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        if (refusal := self._refusal(request)) is not None:
            await answer(refusal, request)(scope, receive, send)
        else:
            await self._app(scope, _counted(receive, _largest(scope)), send)

    def _refusal(self, request: Request) -> Problem | None:
        wait = self._rates.of_address(request.client.host if request.client else "")
        if wait is not None:
            return too_many(wait)
        if len(request.scope["query_string"]) > LONGEST_QUERY:
            detail = f"a query may have at most {LONGEST_QUERY} bytes"
            return Problem(HTTPStatus.REQUEST_URI_TOO_LONG, detail)
        declared = request.headers.get("Content-Length", "0")
        largest = _largest(request.scope)
        if declared.isdecimal() and int(declared[:20]) > largest:
            return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large(largest))
        return None


def _largest(scope: Scope) -> int:
    return LARGEST_FILE if scope["path"] in _WITH_FILES else LARGEST_BODY


def _too_large(largest: int) -> str:
    return f"a body may have at most {largest} bytes"


def _counted(receive: Receive, largest: int) -> Receive:
    """Count what comes, for a client that declares no length or a wrong one."""
    came = 0

    async def counting() -> Message:
        nonlocal came
        message = await receive()
        came += len(message.get("body", b""))
        if came > largest:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _too_large(largest))
        return message

    return counting
