"""A real SMTP server and a webhook's receiver, each on a free port of loopback."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from simulators.demo.broker import free_port


@dataclass(slots=True)
class Letterbox:
    """Takes mail, or refuses it."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: str | None = None  # with what answer

    async def handle_DATA(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.refuses is not None:
            return self.refuses
        content = cast("bytes", envelope.content)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"


@contextmanager
def a_letterbox() -> Generator[Letterbox]:
    box = Letterbox(port=free_port())
    controller = Controller(box, hostname="127.0.0.1", port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


@dataclass(slots=True)
class Post:
    """What came by HTTP."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """Takes posts, and answers as it is told to."""

    url: str = ""
    posts: list[Post] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)  # to the first; 204 from then on


@contextmanager
def a_receiver() -> Generator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.posts.append(Post(self.path, dict(self.headers), body))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is there
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/hook"
        thread = Thread(target=server.serve_forever, args=(0.02,), name="receiver")
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
