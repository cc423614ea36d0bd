"""Documents as JSON: the same document is the same bytes, wherever it is written."""

from hashlib import sha256

import orjson


def encode(document: object) -> bytes:
    """Return a document as JSON, in UTF-8, ending in a line feed."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def digest(document: object) -> str:
    """Return the SHA-256 of a document's JSON, in hexadecimal."""
    return sha256(encode(document)).hexdigest()
