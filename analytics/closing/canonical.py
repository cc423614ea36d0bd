"""The bytes a value is hashed by: JSON in UTF-8, keys sorted, no blanks; the same value, always."""

from hashlib import sha256
from typing import Any, Final, cast

import orjson

from analytics.quoting import Document

_LIFECYCLE: Final = frozenset({"revision", "status", "revisions"})
"""What a document says of its own place among revisions, and not of what was measured."""


def canonical(value: object) -> bytes:
    """Return a value of mappings with text keys, lists, texts, whole numbers and None as bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def fingerprint(value: object) -> str:
    """Return the SHA-256 of a value's canonical bytes, in hexadecimal."""
    return sha256(canonical(value)).hexdigest()


def content_of(document: Document) -> Document:
    """Return what of a report document a revision fixes: everything but its life afterwards."""
    kept = {name: value for name, value in document.items() if name not in _LIFECYCLE}
    return cast("Document", plain(kept))


def plain(value: object) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Return a value as it comes back from its canonical bytes."""
    return orjson.loads(canonical(value))
