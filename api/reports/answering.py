"""A report as a response: in the format and language asked for, or as not modified."""

import re
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Query, Request, Response

from analytics.quoting import Document
from api.problems import Problem, unprocessable
from api.reports.negotiation import best_language, best_type, matches
from dashboards.report.encoding import encode
from dashboards.report.formats import Form, Format, written
from dashboards.wording.wording import SOURCE, languages

_VARY: Final = "Accept, Accept-Language"
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Asked:
    """How a client wants its report, and what it holds already."""

    form: Form
    path: str
    if_none_match: str | None


def _asked(
    request: Request,
    *,
    file_format: Annotated[Format | None, Query(alias="format")] = None,
    lang: Annotated[str | None, Query(max_length=35)] = None,
    brief: bool = False,
) -> Asked:
    """Read the query, else the Accept headers, or raise a problem."""
    path = request.url.path
    chosen = file_format or _format(request.headers.get("accept"))
    language = _language(lang, request.headers.get("accept-language"))
    form = Form(
        format=chosen,
        language=language,
        brief=brief and chosen is Format.PDF,
        table=f"{path}?format=csv&lang={language}",
    )
    return Asked(form, path, request.headers.get("if-none-match"))


Wanted = Annotated[Asked, Depends(_asked)]


def answer(document: Document, asked: Asked) -> Response:
    """Return the report, or 304 where the client holds it; nothing is written for that."""
    form = asked.form
    headers = {
        "ETag": _tag(document, form),
        "Vary": _VARY,
        "Cache-Control": "private, no-cache",
    }
    if matches(asked.if_none_match, headers["ETag"]):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    if form.format is not Format.JSON:
        headers["Content-Language"] = form.language
        headers["Content-Disposition"] = f'inline; filename="{_file_name(asked)}"'
    if form.format is Format.CSV:
        described = f"{asked.path}?format=csvw&lang={form.language}"
        headers["Link"] = f'<{described}>; rel="describedby"; type="{Format.CSVW.media_type}"'
    return Response(written(document, form), media_type=form.format.media_type, headers=headers)


def _format(accept: str | None) -> Format:
    found = best_type(accept, [each.media_type for each in Format])
    for each in Format:
        if each.media_type == found:
            return each
    offered = ", ".join(each.media_type for each in Format)
    raise Problem(HTTPStatus.NOT_ACCEPTABLE, f"a report is written as {offered}")


def _language(asked: str | None, accept: str | None) -> str:
    offered = (SOURCE, *(each for each in languages() if each != SOURCE))
    if asked is None:
        return best_language(accept, offered) or SOURCE
    if asked not in offered:
        raise unprocessable(f"lang {asked!r}: expected one of {', '.join(sorted(offered))}")
    return asked


def _tag(document: Document, form: Form) -> str:
    named = "json" if form.format is Format.JSON else f"{form.format} {form.language} {form.brief}"
    return f'"{sha256(named.encode() + encode(document)).hexdigest()[:32]}"'


def _file_name(asked: Asked) -> str:
    about = _NOT_IN_A_NAME.sub("-", "-".join(asked.path.split("/")[-2:]))
    return f"zonewatch-{about}.{asked.form.language}.{asked.form.format}"
