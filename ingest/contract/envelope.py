"""The envelope of a payload: its first byte says whether it is plain JSON or deflated.

Inflating stops at the limit, so a payload made to grow costs no more than the largest sound one.
"""

import zlib
from typing import Final

from ingest.contract.fields import MalformedError
from ingest.contract.limits import LIMITS, Limits, TooLargeError

_LEVEL: Final = 6
_PLAIN: Final = b"{"
_DEFLATED: Final = b"\x78"  # RFC 1950: deflate with a window of 32 KiB


def seal(text: bytes) -> bytes:
    """Return JSON text as it travels, deflated where that is shorter."""
    deflated = zlib.compress(text, _LEVEL)
    return deflated if len(deflated) < len(text) else text


def is_deflated(payload: bytes) -> bool:
    """Tell whether a payload says that it is deflated."""
    return payload.startswith(_DEFLATED)


def open_envelope(payload: bytes, limits: Limits = LIMITS) -> bytes:
    """Return the JSON text in a payload.

    Raises:
        TooLargeError: It is larger than a limit, on the wire or inflated.
        MalformedError: It is neither plain JSON nor one whole deflated stream.
    """
    if len(payload) > limits.wire_bytes:
        raise TooLargeError("bytes on the wire", limits.wire_bytes)
    if is_deflated(payload):
        text = _inflate(payload, limits)
    elif payload.startswith(_PLAIN):
        text = payload
    else:
        raise MalformedError("payload", "plain JSON starting with '{', or a zlib stream")
    if len(text) > limits.inflated_bytes:
        raise TooLargeError("bytes inflated", limits.inflated_bytes)
    return text


def _inflate(payload: bytes, limits: Limits) -> bytes:
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(payload, limits.inflated_bytes + 1)
    except zlib.error as error:
        raise MalformedError("payload", f"a sound zlib stream ({error})") from None
    if len(text) > limits.inflated_bytes:
        return text
    if not stream.eof:
        raise MalformedError("payload", "a whole zlib stream, not a truncated one")
    if stream.unused_data:
        raise MalformedError("payload", "nothing after the zlib stream")
    return text
