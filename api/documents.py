"""Documents as bytes: the same document is the same bytes, by HTTP and on the command line."""

import orjson
from fastapi import Response


def encode(document: object) -> bytes:
    """Return a document as JSON, in UTF-8, ending in a line feed."""
    return orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def respond(document: object) -> Response:
    """Return a document as a response."""
    return Response(encode(document), media_type="application/json")
