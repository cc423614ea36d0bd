"""Between payloads and decoded mappings: JSON by orjson inside the contract's envelope."""

import orjson

from ingest.contract.envelope import open_envelope, seal
from ingest.contract.fields import MalformedError
from ingest.contract.limits import LIMITS, Limits


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
        return orjson.loads(open_envelope(payload, limits))
    except MalformedError as error:
        raise UndecodableError(str(error)) from None
    except orjson.JSONDecodeError as error:
        raise UndecodableError(f"payload: expected JSON ({error})") from None
