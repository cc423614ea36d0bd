"""Where a stage tells how it is: /health/live, /health/ready and /metrics on a loopback port."""

import json
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import CollectorRegistry

HOST: Final = "127.0.0.1"

Check = Callable[[], str | None]
"""Returns what is wrong, None where nothing is."""


class MetricsPortError(Exception):
    """The port cannot be listened on."""


@contextmanager
def health_server(
    port: int | None, *, checks: Mapping[str, Check], counts: CollectorRegistry
) -> Generator[int | None]:
    """Answer on a port for as long as the context lasts; yield which it is, None where none is."""
    if port is None:
        yield None
        return
    try:
        server = ThreadingHTTPServer((HOST, port), _handler(checks, counts))
    except OSError as error:
        raise MetricsPortError(f"port {port} on {HOST}: {error.strerror}") from None
    thread = threading.Thread(target=server.serve_forever, name="health", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def readiness(checks: Mapping[str, Check]) -> dict[str, str]:
    """Return what is wrong, by the name of the check."""
    found = {name: check() for name, check in checks.items()}
    return {name: wrong for name, wrong in found.items() if wrong is not None}


def _handler(
    checks: Mapping[str, Check], counts: CollectorRegistry
) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            match self.path:
                case "/health/live":
                    self._answer(HTTPStatus.OK, {"status": "live"})
                case "/health/ready":
                    wrong = readiness(checks)
                    status = HTTPStatus.SERVICE_UNAVAILABLE if wrong else HTTPStatus.OK
                    told = {"status": "not ready", "wrong": wrong} if wrong else {"status": "ready"}
                    self._answer(status, told)
                case "/metrics":
                    self._send(HTTPStatus.OK, generate_latest(counts), CONTENT_TYPE_LATEST)
                case _:
                    self._answer(HTTPStatus.NOT_FOUND, {"status": "not found"})

        def _answer(self, status: HTTPStatus, told: object) -> None:
            self._send(status, json.dumps(told).encode(), "application/json")

        def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name for it
            """Say nothing: a scrape is no event."""

    return Handler
