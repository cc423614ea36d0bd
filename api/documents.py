"""Documents as responses: the same document is the same bytes, by HTTP and on the command line."""

from fastapi import Response

from dashboards.report.encoding import encode

__all__ = ["encode", "respond"]


def respond(document: object) -> Response:
    """Return a document as a response."""
    return Response(encode(document), media_type="application/json")
