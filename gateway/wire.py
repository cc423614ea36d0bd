"""Between decoded mappings and payloads: JSON by orjson inside the contract's envelope."""

import orjson

from ingest.contract.envelope import open_envelope, seal
from ingest.contract.fields import MalformedError
from ingest.contract.limits import LIMITS


def encode(message: object) -> bytes:
    """Return the payload of a mapping, deflated where that helps."""
    return seal(orjson.dumps(message))


def decode(payload: bytes) -> object:
    """Return the mapping a payload holds.

    Raises:
        MalformedError: It is no JSON.
        TooLargeError: It is larger than the contract allows, before or after inflating.
    """
    text = open_envelope(payload, LIMITS)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise MalformedError("payload", f"JSON: {error}") from None
