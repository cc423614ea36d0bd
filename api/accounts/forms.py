"""What a page's form posts, and whether a page of ours posted it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from ingest.contract.fields import as_text

FORM_FIELD: Final = "form_token"
FORM_HEADER: Final = "X-Form-Token"
_FORM: Final = "application/x-www-form-urlencoded"
_MULTIPART: Final = "multipart/form-data"
_MOST_FIELDS: Final = 50
_MOST_FILES: Final = 4

Fields = Mapping[str, str]


async def posted(request: Request) -> Fields:
    """Return the fields of a form; none where the body is something else."""
    kind = _kind(request)
    if kind == _MULTIPART:
        return (await _parts(request)).fields
    if kind != _FORM:
        return {}
    body = await request.body()
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that a form carries."""

    name: str
    content: bytes


async def uploaded(request: Request) -> Mapping[str, Upload]:
    """Return the files of a form by field; a field that was left empty is none."""
    if _kind(request) != _MULTIPART:
        return {}
    return (await _parts(request)).files


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    fields: Fields
    files: Mapping[str, Upload]


def _kind(request: Request) -> str:
    return request.headers.get("Content-Type", "").partition(";")[0].strip().lower()


async def _parts(request: Request) -> _Parts:
    """Read a form once, however many ask for it, and let go of what it was kept in."""
    known: _Parts | None = getattr(request.state, "form_parts", None)
    if known is not None:
        return known
    async with request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS) as form:
        parts = _Parts(
            fields={name: value for name, value in form.items() if isinstance(value, str)},
            files={
                name: Upload(name=as_text(value.filename), content=await value.read())
                for name, value in form.items()
                if isinstance(value, UploadFile) and value.filename
            },
        )
    request.state.form_parts = parts
    return parts


Uploads = Annotated[Mapping[str, Upload], Depends(uploaded)]
Posted = Annotated[Fields, Depends(posted)]


def token_given(request: Request, fields: Fields) -> str:
    """Return the form token that a request carries, in its form or in a header."""
    return fields.get(FORM_FIELD) or request.headers.get(FORM_HEADER, "")
