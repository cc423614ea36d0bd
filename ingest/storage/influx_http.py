"""The door to an InfluxDB server: what goes over HTTP, and what its answers mean."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import urllib3
from influxdb_client.client.bucket_api import BucketsApi
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.domain.write_precision import WritePrecision
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from ingest.storage.port import StoreError, StoreUnavailableError

_PATIENCE: Final = timedelta(seconds=60)  # [assumed] a write of 10,000 lines takes 0.2 s
_CHUNK: Final = 10_000  # rows to a part of an answer
_REFUSED: Final = {400, 413, 422}
_TOO_MANY: Final = 429
_SERVER_FAILED: Final = 500
_NO_ANSWER: Final = 0  # so the client says that TLS failed
_OK: Final = 200


class LinesRefusedError(StoreError):
    """The server refused lines for what they say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an InfluxDB keeps readings."""

    url: str
    org: str
    bucket: str

    def __str__(self) -> str:
        return f"{self.url} bucket {self.bucket}"


class Door:
    """A connection to one bucket. Calls block and may come from any thread."""

    def __init__(self, place: Place, *, token: str, connections: int) -> None:
        self._place = place
        self._headers = {"Authorization": f"Token {token}"}
        patience_ms = int(_PATIENCE.total_seconds() * 1000)
        self._client = InfluxDBClient(
            url=place.url,
            token=token,
            org=place.org,
            timeout=patience_ms,
            connection_pool_maxsize=connections,
        )
        self._writes = self._client.write_api(write_options=SYNCHRONOUS)
        self._pool = urllib3.PoolManager(maxsize=connections, retries=False)

    def insert(self, lines: bytes) -> None:
        """Have lines of protocol in microseconds kept durably.

        Raises:
            LinesRefusedError: Some or all of them were refused, and the others perhaps kept.
        """
        with self._errors_told():
            self._writes.write(
                bucket=self._place.bucket,
                org=self._place.org,
                record=lines,
                write_precision=WritePrecision.US,  # type: ignore[arg-type] # it is a text
            )

    def ask(self, query: str) -> Iterator[bytes]:
        """Yield the parts of the answer to InfluxQL, each a JSON document."""
        form = {
            "db": self._place.bucket,
            "epoch": "u",
            "chunked": "true",
            "chunk_size": str(_CHUNK),
            "q": query,
        }
        with self._errors_told():
            answer = self._pool.request(
                "POST",
                f"{self._place.url}/query",
                fields=form,
                encode_multipart=False,
                headers=self._headers,
                timeout=_PATIENCE.total_seconds(),
                preload_content=False,
            )
            try:
                if answer.status != _OK:
                    raise ApiException(http_resp=_whole(answer))
                yield from _lines(answer)
            finally:
                answer.release_conn()

    def check(self) -> None:
        """Make sure that the bucket is there and keeps what it is given for ever."""
        with self._errors_told():
            bucket = BucketsApi(self._client).find_bucket_by_name(self._place.bucket)
        if bucket is None:
            raise StoreError(f"{self._place}: there is none, or the token does not open it")
        if any(rule.every_seconds for rule in bucket.retention_rules or ()):
            raise StoreError(
                f"{self._place}: its retention deletes readings; it must be infinite (0)"
            )

    def close(self) -> None:
        """Let go of all connections."""
        self._client.close()
        self._pool.clear()

    @contextmanager
    def _errors_told(self) -> Generator[None]:
        """Tell what will pass from what will not; texts name the place, never the token."""
        try:
            yield
        except ApiException as error:
            raise self._meaning(error) from None
        except (HTTPError, OSError) as error:
            raise StoreUnavailableError(f"{self._place}: {type(error).__name__}") from error

    def _meaning(self, error: ApiException) -> StoreError:
        status = int(error.status or _NO_ANSWER)
        said = f"{self._place}: status {status}: {_message(error)}"
        if status in _REFUSED:
            return LinesRefusedError(said)
        if status in {_TOO_MANY, _NO_ANSWER} or status >= _SERVER_FAILED:
            return StoreUnavailableError(said, retry_after=_retry_after(error))
        return StoreError(said)


def _whole(answer: urllib3.BaseHTTPResponse) -> urllib3.BaseHTTPResponse:
    """Have the answer's text read, where an error shall tell it."""
    answer.read(cache_content=True)
    return answer


def _lines(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    held = b""
    for read in answer.stream(1 << 20):
        *whole, held = (held + read).split(b"\n")
        yield from filter(None, whole)
    if held:
        yield held


def _message(error: ApiException) -> str:
    """Return what the server said, in one short line."""
    body = error.body if error.body is not None else error.reason
    text = body.decode(errors="replace") if isinstance(body, bytes) else str(body)
    return " ".join(text.split())[:300]


def _retry_after(error: ApiException) -> timedelta | None:
    seconds = str(error.headers.get("Retry-After", "")) if error.headers else ""
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() else None
