"""Errors as problem documents (RFC 9457), whatever raised them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ingest.storage.port import StoreUnavailableError

MEDIA_TYPE: Final = "application/problem+json"


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An answer that is a problem: its status, and what exactly is wrong."""

    def __init__(
        self, status: HTTPStatus, detail: str, *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = headers or {}


def not_found(what: str, name: object) -> Problem:
    """Return the problem of a thing that is not there."""
    return Problem(HTTPStatus.NOT_FOUND, f"no {what} {name}")


def unprocessable(detail: str) -> Problem:
    """Return the problem of a request that is understood and cannot be meant."""
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)


def too_many(wait_s: int) -> Problem:
    """Return the problem of a request that comes too early."""
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        f"too many requests: the next in {wait_s} s",
        headers={"Retry-After": str(wait_s)},
    )


def install(app: FastAPI) -> None:
    """Answer every error of an app with a problem document."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(StoreUnavailableError, _unavailable)
    app.add_exception_handler(Exception, _unexpected)


def document(status: HTTPStatus, detail: str, request: Request, **more: object) -> JSONResponse:
    """Return a problem document as a response."""
    content = {
        "type": "about:blank",
        "title": status.phrase,
        "status": int(status),
        "detail": detail,
        "instance": request.url.path,
    }
    return JSONResponse(content | more, status_code=int(status), media_type=MEDIA_TYPE)


def answer(problem: Problem, request: Request) -> JSONResponse:
    """Return a problem as a response."""
    response = document(problem.status, problem.detail, request)
    response.headers.update(problem.headers)
    return response


def _problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 - Starlette's signature is wider than its promise
    return answer(error, request)


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    response = document(HTTPStatus(error.status_code), str(error.detail), request)
    response.headers.update(error.headers or {})
    return response


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    errors = [_field(each) for each in error.errors()]
    detail = "; ".join(f"{each['field']}: {each['reason']}" for each in errors)
    return document(HTTPStatus.UNPROCESSABLE_ENTITY, detail, request, errors=errors)


def _field(error: Mapping[str, object]) -> dict[str, str]:
    place = error["loc"]
    names = [str(part) for part in place] if isinstance(place, tuple) else [str(place)]
    return {"field": ".".join(names), "reason": str(error["msg"])}


def _unavailable(request: Request, error: Exception) -> JSONResponse:
    return document(HTTPStatus.SERVICE_UNAVAILABLE, str(error), request)


def _unexpected(request: Request, _: Exception) -> JSONResponse:
    detail = "an error of the server's own; its log says more"
    return document(HTTPStatus.INTERNAL_SERVER_ERROR, detail, request)
