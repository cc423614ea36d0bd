"""The forms a report is written in: document in, bytes out."""

from dataclasses import dataclass
from enum import StrEnum

from dashboards.report.encoding import encode
from dashboards.report.language import Language
from dashboards.report.showing import Document
from dashboards.report.viewing import view


class Format(StrEnum):
    """How a report is written."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    PDF = "pdf"
    CSVW = "csvw"  # what the CSV is, as CSV on the Web metadata

    @property
    def media_type(self) -> str:
        """What it is called in HTTP."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PDF: "application/pdf",
    Format.CSVW: "application/csvm+json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What somebody asked for: a format, a language, all of it or a manager's page."""

    format: Format
    language: str
    brief: bool = False
    table: str = "report.csv"  # where the CSV is that CSV on the Web metadata describe


def written(document: Document, form: Form) -> bytes:
    """Return a report in a form. The JSON is the same in every language.

    Raises UnknownLanguageError where there is no catalogue of its language.
    """
    language = Language(form.language)
    match form.format:
        case Format.JSON:
            return encode(document)
        case Format.CSV:
            from dashboards.report.tidy import tidy  # noqa: PLC0415 - one format needs no other's library

            return tidy(document, language)
        case Format.CSVW:
            from dashboards.report.tidy import metadata  # noqa: PLC0415 - as above

            return metadata(document, language, url=form.table)
        case Format.XLSX:
            from dashboards.report.workbook import workbook  # noqa: PLC0415 - as above

            return workbook(view(document, language))
        case Format.PDF:
            from dashboards.report.pages import pdf  # noqa: PLC0415 - as above

            return pdf(view(document, language), brief=form.brief)
