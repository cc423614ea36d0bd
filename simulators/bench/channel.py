"""A channel that people are told by: a receiver of webhooks that notes when each came."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import orjson


@dataclass(slots=True, kw_only=True)
class Channel:
    """What came, and when, by the clock that measures."""

    url: str = ""
    titles: list[tuple[float, str]] = field(default_factory=list)

    def told_at(self, number: str) -> float | None:
        """Return when a message first named a painted number."""
        return next((at for at, title in self.titles if number in title), None)


@contextmanager
def a_channel() -> Generator[Channel]:
    """Listen on a free port of this machine."""
    channel = Channel()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            at = time.perf_counter()
            told = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
            channel.titles.append((at, str(told["title"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is there
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        channel.url = f"json://127.0.0.1:{server.server_port}/hook"
        thread = Thread(target=server.serve_forever, args=(0.02,), name="channel")
        thread.start()
        try:
            yield channel
        finally:
            server.shutdown()
            thread.join()
