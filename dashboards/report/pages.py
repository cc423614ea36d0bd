"""A report's pages, as PDF to take home or as pictures to look at, by Typst.

The same view is the same bytes: no instant of writing is in them.
"""

from dataclasses import asdict
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import cast

import orjson
import segno
import typst

from dashboards.palette import LIGHT
from dashboards.report.fonts import families, folders
from dashboards.report.view import Section, View
from dashboards.wording.wording import Wording


def pdf(view: View, *, brief: bool = False) -> bytes:
    """Return a report as PDF: all of it, or a manager's one page."""
    return typst.compile(
        _template(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs=_inputs(view, brief=brief),
    )


def pictures(view: View, *, dots_per_inch: float, brief: bool = False) -> list[bytes]:
    """Return a report's pages as PNG."""
    made: object = typst.compile(
        _template(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="png",
        ppi=dots_per_inch,
        sys_inputs=_inputs(view, brief=brief),
    )
    pages = cast("bytes | list[bytes]", made)
    return [pages] if isinstance(pages, bytes) else pages


def _template() -> bytes:
    return files("dashboards.report").joinpath("report.typ").read_bytes()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False,
        font_paths=[str(folder) for folder in folders()],
    )


def _inputs(view: View, *, brief: bool) -> dict[str, str]:
    unreal = "recorded" if view.provenance == "recorded" else "simulated"
    content = asdict(view) | {
        "sections": [_flat(section) for section in view.sections],
        "brief": Wording(view.language)("report.brief"),
        "on_one_page": [_flat(section) for section in view.on_one_page],
        "fonts": families(view.language),
        "colors": {**LIGHT, "mark": LIGHT[unreal], "on-mark": LIGHT[f"on-{unreal}"]},
        "qr": _qr(f"{view.lineage}\nSHA-256 {view.digest}"),
    }
    return {"view": orjson.dumps(content).decode(), "brief": "yes" if brief else "no"}


def _flat(section: Section) -> dict[str, object]:
    return {
        "name": section.name,
        "title": section.title,
        "empty": section.empty,
        "more": section.more,
        "labels": list(section.table.labels),
        "rows": [[asdict(cell) for cell in row] for row in section.table.rows],
    }


def _qr(text: str) -> str:
    out = BytesIO()
    segno.make(text, error="m").save(out, kind="svg", border=1, xmldecl=False)
    return out.getvalue().decode()
