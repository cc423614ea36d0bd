"""Asking a cloud, page by page: one request at a time, not too many a minute, within bounds."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from datetime import datetime
from typing import Final

import orjson
import urllib3
from urllib3.exceptions import HTTPError

from gateway.drivers.cloud.config import CloudConfig
from gateway.drivers.cloud.mapping import Paging, at

_MOST_BYTES: Final = 8_388_608  # of one answer
_OK: Final = 200
_BUSY: Final = frozenset({429, 503})
_LONGEST_WAIT_S: Final = 300.0


class CloudError(Exception):
    """A cloud that did not give what it was asked for. Asking again later may work."""


class CloudBusyError(CloudError):
    """A cloud that wants to be asked later: in how many seconds."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"asks to be left alone for {wait_s:g} s")
        self.wait_s = wait_s


class Pages:
    """One cloud's answers. Redirections are not followed: they would carry the token away."""

    def __init__(
        self, config: CloudConfig, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Ask a cloud; the clock is that of the pace."""
        self._config = config
        self._monotonic = monotonic
        self._next_s = float("-inf")
        self._pool = urllib3.PoolManager(
            timeout=config.timeout.total_seconds(), retries=False, maxsize=1
        )

    def close(self) -> None:
        """Close the connections."""
        self._pool.clear()

    async def rows(self, start: datetime, end: datetime) -> AsyncGenerator[list[object]]:
        """Yield the rows of each page of a span of time, or raise CloudError."""
        mapping = self._config.mapping
        parameters = mapping.window(start, end)
        if mapping.paging is Paging.PAGE:
            parameters[mapping.page_parameter] = str(mapping.first_page)
        for page in range(1, mapping.most_pages + 1):
            answer = await self._ask(parameters)
            rows = at(answer, mapping.items)
            if not isinstance(rows, list):
                raise CloudError(f"no rows at {'.'.join(mapping.items)} in its answer")
            yield rows
            if mapping.paging is Paging.PAGE and rows:
                parameters[mapping.page_parameter] = str(mapping.first_page + page)
            elif mapping.paging is Paging.CURSOR and (cursor := at(answer, mapping.next_cursor)):
                parameters[mapping.page_parameter] = str(cursor)
            else:
                return
        raise CloudError(f"more than {mapping.most_pages} pages")

    async def _ask(self, parameters: Mapping[str, str]) -> object:
        """Return one answer; where the cloud is busy, once more after the pause it asks for."""
        try:
            return await self._once(parameters)
        except CloudBusyError as busy:
            await asyncio.sleep(busy.wait_s)
            return await self._once(parameters)

    async def _once(self, parameters: Mapping[str, str]) -> object:
        await asyncio.sleep(max(0.0, self._next_s - self._monotonic()))
        self._next_s = self._monotonic() + 60.0 / self._config.requests_per_minute
        return await asyncio.to_thread(self._fetch, dict(parameters))

    def _fetch(self, parameters: dict[str, str]) -> object:
        mapping, token = self._config.mapping, self._config.token
        headers = {"Accept": "application/json"}
        if token is not None:
            headers[mapping.token_header] = mapping.token_prefix + token
        try:
            reply = self._pool.request(
                "GET",
                self._config.url,
                fields=parameters,
                headers=headers,
                preload_content=False,
                redirect=False,
            )
            try:
                content = reply.read(_MOST_BYTES + 1)
            finally:
                reply.drain_conn() if reply.status == _OK else reply.close()
        except HTTPError as error:
            raise CloudError(f"cannot be asked: {type(error).__name__}") from None
        if reply.status in _BUSY:
            raise CloudBusyError(_wait(reply.headers.get("Retry-After", "")))
        if reply.status != _OK:
            raise CloudError(f"answers with status {reply.status}")
        return _parsed(content)


def _wait(text: str) -> float:
    seconds = float(text) if text.isascii() and text.isdigit() else 60.0
    return min(seconds, _LONGEST_WAIT_S)


def _parsed(content: bytes) -> object:
    if len(content) > _MOST_BYTES:
        raise CloudError(f"answers with more than {_MOST_BYTES} bytes")
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise CloudError("answers with what is no JSON") from None
