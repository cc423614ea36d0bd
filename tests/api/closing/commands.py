"""Commands of a home, as somebody types them."""

import json
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any, TypeAlias

from tests.api.closing.october import PERIOD
from zonewatch import main

Json: TypeAlias = Any


def run(home: Path | None, *words: str) -> tuple[int, str, str]:
    """Run a command and return its status and what it wrote."""
    out, err = TextIOWrapper(BytesIO(), encoding="utf-8"), StringIO()
    where = [] if home is None else ["--home", str(home)]
    with redirect_stdout(out), redirect_stderr(err):
        try:
            status = main([*words, *where])
        except SystemExit as stopped:
            status = int(stopped.code or 0)
    out.flush()
    written = out.buffer
    assert isinstance(written, BytesIO)
    return status, written.getvalue().decode(), err.getvalue()


def told(home: Path | None, *words: str) -> tuple[int, Json]:
    """Run a command and return its status and its JSON document."""
    status, out, err = run(home, *words, "--json")
    return status, json.loads(out) if out else err


def sign(home: Path) -> None:
    """Let three people sign October."""
    for word, name in (("close", "pa"), ("check", "chan"), ("approve", "sok")):
        status, out, err = run(home, word, *PERIOD, "--by", name)
        assert status == 0, out + err


def differences(home: Path | None, *words: str) -> list[Json]:
    """Verify, and return what differs of all that was verified."""
    status, document = told(home, "verify", *words)
    found = [each for one in document["verified"] for each in one["differences"]]
    assert status == (1 if found else 0)
    return found
