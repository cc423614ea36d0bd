"""A simulated vendor's cloud: rows of its devices over HTTP, by page or cursor, behind a token."""

import json
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self, cast
from urllib.parse import parse_qsl, urlsplit

_PATH: Final = "/v1/readings"


@dataclass(kw_only=True)
class CloudBox:
    """Rows with a time `ts` in milliseconds; told by page, unless it has cursors."""

    token: str
    page_size: int = 2
    cursors: bool = False
    rows: list[Mapping[str, object]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)  # parameters of each request
    answers: list[tuple[int, Mapping[str, str], bytes]] = field(default_factory=list)
    """What to answer before anything else: status, headers, content."""

    def __enter__(self) -> Self:
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{_PATH}"

    def answer(self, parameters: dict[str, str]) -> dict[str, Any]:
        """Return one page of the rows of a span of time, both its ends included."""
        self.asked.append(parameters)
        start, end = int(parameters["start"]), int(parameters["end"])
        rows = [row for row in self.rows if start <= cast("int", row["ts"]) <= end]
        if self.cursors:
            begin = int(parameters.get("cursor", "0"))
        else:
            begin = (int(parameters.get("page", "1")) - 1) * self.page_size
        page: Sequence[Mapping[str, object]] = rows[begin : begin + self.page_size]
        behind = begin + self.page_size
        return {
            "data": {
                "list": page,
                "next": str(behind) if self.cursors and behind < len(rows) else None,
            }
        }


class _Server(ThreadingHTTPServer):
    """A server that knows whose it is."""

    def __init__(self, box: CloudBox) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.box = box


class _Handler(BaseHTTPRequestHandler):
    """Answers for the box that its server belongs to."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        box = cast("_Server", self.server).box
        if self.headers.get("Authorization") != f"Bearer {box.token}":
            self._send(HTTPStatus.UNAUTHORIZED, {}, b"")
        elif box.answers:
            self._send(*box.answers.pop(0))
        else:
            parameters = dict(parse_qsl(urlsplit(self.path).query))
            self._send(HTTPStatus.OK, {}, json.dumps(box.answer(parameters)).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its parent's name
        """Say nothing."""

    def _send(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
