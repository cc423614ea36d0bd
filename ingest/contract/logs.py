"""Logs of every stage: one event a line on stderr, with the machine's time in UTC.

On a terminal a line is for people; elsewhere it is a JSON document. What an event is about stands
in fields of its own: `extra={"gateway": …, "boot": …, "range": …}`.
"""

import json
import logging
import sys
import time
from typing import Final

_ABOUT: Final = ("gateway", "boot", "range")
_TIME: Final = "%Y-%m-%dT%H:%M:%S"


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send what the program has to say to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(ForPeople() if sys.stderr.isatty() else ForPrograms())
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)


class ForPeople(logging.Formatter):
    """A line that is read."""

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s%(about)s", _TIME
        )

    def format(self, record: logging.LogRecord) -> str:
        """Return the event with what it is about in brackets."""
        about = ", ".join(f"{name} {value}" for name, value in _about(record).items())
        record.about = f" ({about})" if about else ""
        return super().format(record)


class ForPrograms(logging.Formatter):
    """A line that is parsed."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """Return the event as one JSON document."""
        told: dict[str, object] = {
            "at": f"{self.formatTime(record, _TIME)}.{int(record.msecs):03}Z",
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_about(record),
        }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


def _about(record: logging.LogRecord) -> dict[str, str]:
    found = ((name, getattr(record, name, None)) for name in _ABOUT)
    return {name: str(value) for name, value in found if value is not None}
