"""Between payloads and decoded mappings: JSON by orjson inside the contract's envelope."""

import json
from typing import Final

import orjson

from ingest.contract.envelope import open_envelope, seal
from ingest.contract.fields import MalformedError
from ingest.contract.limits import LIMITS, Limits

_SURROGATE: Final = b"\\ud"  # half a character, which nothing behind this could write down


class UndecodableError(ValueError):
    """A payload that is neither plain nor deflated JSON, and why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def encode(message: object) -> bytes:
    """Return the payload of a mapping, deflated where that helps."""
    return seal(orjson.dumps(message))


def decode(payload: bytes, limits: Limits = LIMITS) -> object:
    """Return what a payload holds.

    Raises:
        UndecodableError: It is broken, or it is no JSON.
        TooLargeError: It is larger than a limit, on the wire or inflated.
    """
    try:
        text = open_envelope(payload, limits)
    except MalformedError as error:
        raise UndecodableError(str(error)) from None
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        found = _with_numbers_beyond(text)
        if found is None:
            raise UndecodableError(f"payload: expected JSON ({error})") from None
        return found


def _with_numbers_beyond(text: bytes) -> object:
    """Return what a text says that is JSON but for numbers beyond a double, None where it is not.

    A sender that writes NaN or 1e999 for one reading shall not lose its whole chunk for it.
    """
    if _SURROGATE in text.lower():
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
