"""A report from the command line into a file, or to standard output."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from analytics.quoting import Document
from dashboards.report.formats import Form, Format, written
from dashboards.report.language import Language
from dashboards.wording.wording import SOURCE
from ingest.home import home_path

_FOR_EYES: Final = (Format.JSON, Format.CSV)


class UnwritableError(ValueError):
    """A place that no report is written to."""

    def __init__(self, place: object, why: str) -> None:
        super().__init__(f"{place}: {why}")
        self.place = place


def form_of(name: str, language: str | None, *, brief: bool) -> Form:
    """Return the form asked for, or raise UnknownLanguageError or UnwritableError."""
    chosen = language or os.environ.get("ZONEWATCH_LANG") or SOURCE
    if brief and name != Format.PDF:
        raise UnwritableError("--brief", "a manager's page is a PDF: add --format pdf")
    return Form(format=Format(name), language=Language(chosen).code, brief=brief)


def take_home(
    made: Callable[[], Document], form: Form, output: Path | None, *, home: Path | None
) -> None:
    """Make a report and write it, a CSV's metadata beside it.

    Raises UnwritableError where the place is none for a report, before anything is computed.
    """
    if output is None:
        _refuse_a_terminal(form)
        sys.stdout.buffer.write(written(made(), form))
        sys.stdout.flush()
        return
    refuse_a_trick(output, home_path(home))
    document = made()
    output.write_bytes(written(document, form))
    if form.format is Format.CSV:
        beside = Form(format=Format.CSVW, language=form.language, table=output.name)
        described = output.with_name(f"{output.name}-metadata.json")
        described.write_bytes(written(document, beside))


def refuse_a_trick(output: Path, home: Path) -> None:
    """Raise UnwritableError where a report would overwrite what it is made from, or is no file."""
    if "\0" in str(output):
        raise UnwritableError(repr(str(output)), "no name of a file")
    if output.is_dir():
        raise UnwritableError(output, "a folder; expected a file")
    if output.resolve().is_relative_to(home.resolve()):
        raise UnwritableError(output, "inside the home, where only its own files are")


def _refuse_a_terminal(form: Form) -> None:
    if form.format not in _FOR_EYES and sys.stdout.isatty():
        raise UnwritableError("standard output", f"a terminal; {form.format} needs -o FILE")
