"""The control socket in the home: how a second command asks the process that owns the pipeline.

A request is a line of JSON, and so is the answer. Whoever may write in the home may ask.
"""

import asyncio
import json
import os
import socket
import stat
import sys
from base64 import b64decode, b64encode
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

from ingest.contract.limits import LIMITS
from ingest.control import ControlError, Outcome, Owner
from ingest.entered import Sheet, form_sheet, parse_sheet
from ingest.entering import Entering
from ingest.home import Home
from ingest.quarantine import State
from ingest.wire import decode, encode

_NAME: Final = "control.sock"
_LINE: Final = 16 << 20  # bytes; a file of many rows, deflated
_ANSWER_S: Final = 300.0
_SHEET: Final = replace(LIMITS, wire_bytes=_LINE, inflated_bytes=16 * _LINE)

# Python 3.13 would remove it by the short address, which is gone by then.
_KEPT: Final[dict[str, Any]] = {"cleanup_socket": False} if sys.version_info >= (3, 13) else {}


class NobodyThereError(Exception):
    """No process answers on the home's control socket."""


@asynccontextmanager
async def answering(home: Home, control: Owner) -> AsyncGenerator[None]:
    """Answer on the home's control socket for as long as the context lasts."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            told = await asyncio.to_thread(_carried_out, control, line)
            writer.write(json.dumps(told).encode() + b"\n")
            await writer.drain()
        except (OSError, ValueError):
            pass  # who asked has gone, or speaks something else
        finally:
            writer.close()

    with _short(home.path) as folder:
        path = folder / _NAME
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(answer, path, limit=_LINE, **_KEPT)
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    try:
        yield
    finally:
        server.close()
        (home.path / _NAME).unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class SocketControl:
    """Asks the process that owns a home."""

    home: Home

    def replay(self, entries: Sequence[int], *, actor: str) -> list[Outcome]:
        """Take entries in again; all open ones where none are named."""
        return self._ask({"do": "replay", "entries": list(entries), "actor": actor})

    def drop(self, entry: int, *, actor: str, why: str) -> Outcome:
        """Give an entry up."""
        return self._ask({"do": "drop", "entries": [entry], "actor": actor, "why": why})[0]

    def take(self, topic: str, payload: bytes) -> None:
        """Take in a chunk that was not sent but brought."""
        self._ask({"do": "take", "topic": topic, "payload": b64encode(payload).decode()})

    def enter(self, sheet: Sheet, *, dry_run: bool) -> Entering:
        """Take in a file's rows that are not stored already."""
        content = b64encode(encode(form_sheet(sheet))).decode()
        told = self._told({"do": "enter", "sheet": content, "dry_run": dry_run})
        return Entering(**told["entering"])

    def _ask(self, request: dict[str, object]) -> list[Outcome]:
        told = self._told(request)
        return [Outcome(**one | {"state": State(one["state"])}) for one in told["entries"]]

    def _told(self, request: dict[str, object]) -> dict[str, Any]:
        with socket.socket(socket.AF_UNIX) as asking:
            asking.settimeout(_ANSWER_S)
            try:
                with _short(self.home.path) as folder:
                    asking.connect(str(folder / _NAME))
            except (FileNotFoundError, ConnectionRefusedError):
                raise NobodyThereError from None
            asking.sendall(json.dumps(request).encode() + b"\n")
            line = asking.makefile("rb").readline()
        if not line:
            raise ControlError("the process that owns the home ended before it answered")
        told: dict[str, Any] = json.loads(line)
        if "error" in told:
            raise ControlError(told["error"])
        return told


def _carried_out(control: Owner, line: bytes) -> dict[str, object]:
    try:
        request: dict[str, Any] = json.loads(line)
        if request["do"] == "take":
            payload = b64decode(request["payload"], validate=True)
            control.take(str(request["topic"]), payload)
            return {"entries": []}
        if request["do"] == "enter":
            sheet = _sheet(request["sheet"])
            entering = control.enter(sheet, dry_run=bool(request["dry_run"]))
            return {"entering": asdict(entering)}
        entries, actor = [int(one) for one in request["entries"]], str(request["actor"])
        match request["do"]:
            case "replay":
                done = control.replay(entries, actor=actor)
            case "drop":
                done = [control.drop(entries[0], actor=actor, why=str(request["why"]))]
            case other:
                return {"error": f"expected replay, drop, take or enter, not {other!r}"}
    except ControlError as error:
        return {"error": str(error)}
    except (ValueError, TypeError, LookupError):
        return {"error": "expected a request with do and what it is about"}
    return {"entries": [asdict(one) for one in done]}


def _sheet(content: str) -> Sheet:
    body = decode(b64decode(content, validate=True), _SHEET)
    return parse_sheet(cast("dict[str, Any]", body))


@contextmanager
def _short(folder: Path) -> Generator[Path]:
    """Return a name of the folder that a socket's short address has room for."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        known = Path(f"/proc/self/fd/{opened}")
        yield known if known.exists() else folder
    finally:
        os.close(opened)
