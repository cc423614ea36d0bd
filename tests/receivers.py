"""A real SMTP server and a real receiver of webhooks, on this machine alone."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from simulators.demo.broker import free_port


class Mailbox:
    """What a mail server was given."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 - aiosmtpd's
        content = cast("bytes", envelope.content)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        return "250 taken"


@contextmanager
def a_mail_server() -> Generator[tuple[Mailbox, int]]:
    """Run a mail server; yield what it is given, and its port."""
    box, port = Mailbox(), free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


class Hook(BaseHTTPRequestHandler):
    """Keeps what is posted to it; answers what its server is told to."""

    def do_POST(self) -> None:
        server = cast("Receiver", self.server)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.posted.append(json.loads(body))
        self.send_response(server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's
        pass


class Receiver(ThreadingHTTPServer):
    """A receiver of webhooks."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Hook)
        self.posted: list[dict[str, object]] = []
        self.status = 200


@contextmanager
def a_receiver() -> Generator[Receiver]:
    """Run a receiver of webhooks."""
    with Receiver() as server:
        running = Thread(target=server.serve_forever, args=(0.02,), name="webhooks")
        running.start()
        try:
            yield server
        finally:
            server.shutdown()
            running.join()
