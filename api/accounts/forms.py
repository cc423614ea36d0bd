"""What a page's form posts, and whether a page of ours posted it."""

from collections.abc import Mapping
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, Request

FORM_FIELD: Final = "form_token"
FORM_HEADER: Final = "X-Form-Token"
_FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 50

Fields = Mapping[str, str]


async def posted(request: Request) -> Fields:
    """Return the fields of a form; none where the body is something else."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != _FORM:
        return {}
    body = await request.body()
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}


Posted = Annotated[Fields, Depends(posted)]


def token_given(request: Request, fields: Fields) -> str:
    """Return the form token that a request carries, in its form or in a header."""
    return fields.get(FORM_FIELD) or request.headers.get(FORM_HEADER, "")
