"""The board's manners: a page in the language of who looks, and live for whoever asks for that.

A language is chosen by `?lang=`, which a cookie remembers, else by Accept-Language. `?live=1` lets
the browser ask for the page anew each minute, without a script; nobody gets that unasked.
"""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.reports.negotiation import best_language
from dashboards.board.visit import CURRENT, Visit
from dashboards.wording.wording import SOURCE, languages
from ingest.settings import SettingsError

COOKIE: Final = "zonewatch_language"
EVERY_S: Final = 60
_BOARD: Final = "/board"
_LASTS: Final = "; Path=/board; Max-Age=31536000; SameSite=Lax; HttpOnly"  # s: a year


def grafana_of(given: Mapping[str, str]) -> str | None:
    """Return the address of Grafana that settings name, None where they name none."""
    named = given.get("ZONEWATCH_GRAFANA", "").rstrip("/")
    if named and urlsplit(named).scheme not in ("http", "https"):
        raise SettingsError("ZONEWATCH_GRAFANA: expected http://… or https://…")
    return named or None


def language_of(given: Mapping[str, str]) -> str:
    """Return the language that settings name for whoever asks for none."""
    named = given.get("ZONEWATCH_LANG") or SOURCE
    if named not in languages():
        raise SettingsError(f"ZONEWATCH_LANG: expected one of {', '.join(languages())}")
    return named


class Visiting:
    """Tells every page of the board how it is looked at."""

    def __init__(self, app: ASGIApp, *, grafana: str | None = None, language: str = SOURCE) -> None:
        self._app = app
        self._grafana = grafana
        self._usual = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, with the visit known while it lasts."""
        if scope["type"] != "http" or not str(scope["path"]).startswith(_BOARD):
            await self._app(scope, receive, send)
            return
        query = parse_qs(scope["query_string"].decode("latin-1"))
        asked = query.get("lang", [""])[0]
        chosen = asked if asked in languages() else None
        visit = Visit(
            language=chosen or self._language(Headers(scope=scope)),
            live=query.get("live") == ["1"],
            grafana=self._grafana,
        )

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                secure = "; Secure" if scope["scheme"] == "https" else ""
                remembered = None if chosen is None else f"{COOKIE}={chosen}{_LASTS}{secure}"
                _tell(MutableHeaders(scope=message), visit, remembered)
            await send(message)

        token = CURRENT.set(visit)
        try:
            await self._app(scope, receive, with_headers)
        finally:
            CURRENT.reset(token)

    def _language(self, headers: Headers) -> str:
        cookie: SimpleCookie = SimpleCookie()
        try:
            cookie.load(headers.get("cookie", ""))
        except CookieError:
            cookie.clear()
        known = cookie[COOKIE].value if COOKIE in cookie else ""
        if known in languages():
            return known
        others = (each for each in languages() if each != self._usual)
        return best_language(headers.get("accept-language"), (self._usual, *others)) or self._usual


def _tell(headers: MutableHeaders, visit: Visit, remembered: str | None) -> None:
    if not headers.get("content-type", "").startswith("text/html"):
        return
    headers["Content-Language"] = visit.language
    headers.add_vary_header("Accept-Language")
    headers.add_vary_header("Cookie")
    if visit.live:
        headers["Refresh"] = str(EVERY_S)
    if remembered is not None:
        headers.append("Set-Cookie", remembered)
