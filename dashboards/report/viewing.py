"""From the report document to what a report shows, headline first."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, cast

from dashboards.report.encoding import digest
from dashboards.report.language import Language
from dashboards.report.sections import ON_ONE_PAGE, SECTIONS, Shown
from dashboards.report.showing import Document
from dashboards.report.tables import Row, cell, flattened, table, unit
from dashboards.report.view import Headline, Section, View

_SECONDARY: Final = (  # where there is nothing, nothing is said
    *("air_index", "by_lot", "delivery_dates", "reasons", "claim_sources", "air_limits"),
)
_MOST_ON_ONE_PAGE: Final = 12  # rows of a section
_ONLY_WHERE_ANY: Final = "to_verify"  # a column that says nothing where all is well


def view(document: Document, language: Language) -> View:
    """Return what a report shows in a language."""
    say = language.say
    provenance = str(document["provenance"])
    unreal = provenance != "real"
    return View(
        language=language.code,
        title=say("report.title"),
        subject=_subject(document, language),
        facts=_facts(document, language),
        provenance=provenance,
        mark=say(f"provenance.{provenance}.mark") if unreal else None,
        meaning=say(f"provenance.{provenance}.meaning") if unreal else None,
        headlines=_headlines(document, language),
        sections=_sections(document, language),
        on_one_page=_on_one_page(document, language),
        notes_title=say("report.section.notes"),
        notes=[language.phrase(str(each)) for each in cast("list[object]", document["notes"])],
        lineage_label=say("report.lineage"),
        lineage=_lineage(document),
        digest=digest(document),
        page=say("report.page"),
    )


def _sections(document: Document, language: Language) -> list[Section]:
    found = [_section(name, shown, document, language) for name, shown in SECTIONS.items()]
    return [each for each in found if each.table.rows or each.name not in _SECONDARY]


def _on_one_page(document: Document, language: Language) -> list[Section]:
    found = [_section(name, shown, document, language) for name, shown in ON_ONE_PAGE.items()]
    return [_shortened(each, language) for each in found if each.table.rows]


def _shortened(section: Section, language: Language) -> Section:
    rows = section.table.rows
    if len(rows) <= _MOST_ON_ONE_PAGE:
        return section
    return replace(
        section,
        table=replace(section.table, rows=rows[:_MOST_ON_ONE_PAGE]),
        more=language.say("report.more", count=len(rows) - _MOST_ON_ONE_PAGE),
    )


def _section(name: str, shown: Shown, document: Document, language: Language) -> Section:
    found, columns = list(shown.rows(document)), shown.columns
    if columns is not None and not any(row.get(_ONLY_WHERE_ANY) for row in found):
        columns = [each for each in columns if each != _ONLY_WHERE_ANY]
    return Section(
        name=name,
        title=language.say(f"report.section.{name}"),
        table=table(found, language, columns),
        empty=language.say("report.nothing"),
    )


def _subject(document: Document, language: Language) -> str:
    scope = cast("Mapping[str, str]", document["scope"])
    kind = language.say(f"report.scope.{scope['kind'].replace('-', '_')}")
    return kind if scope["kind"] == "programme" else f"{kind} {scope['id']}"


def _facts(document: Document, language: Language) -> list[tuple[str, str]]:
    say = language.say
    period = cast("Mapping[str, str | None]", document["period"])
    found = [
        (say("report.period"), str(period["label"])),
        (say("report.timezone"), period["timezone"] or say("report.local_days")),
        (say("report.revision"), str(document["revision"])),
        (say("report.status"), say(f"report.state.{document['status']}")),
        (say("report.provenance_label"), say(f"report.provenance.{document['provenance']}")),
        (say("report.as_of"), cell("as_of", document["as_of"], language).text),
        (say("report.software"), f"Zonewatch {document['software']}"),
    ]
    return [(name, text) for name, text in found]


def _headlines(document: Document, language: Language) -> list[Headline]:
    figures = cast("list[Row]", document["figures"])
    whole = next((flattened(row) for row in figures if row["device_class"] == "all"), {})
    available = cast("list[Row]", document["availability"])
    light = next((row for row in available if row["device_class"] == "streetlight"), {})
    say = language.say
    return [
        _headline(say("figure.avoided"), whole, "value", whole.get("unit"), language),
        _headline(
            say("figure.credited"), whole, "energy_credited", whole.get("energy_unit"), language
        ),
        _headline(say("figure.proven"), light, "proven_percent", "%", language),
        _headline(say("figure.coverage"), whole, "coverage_percent", "%", language),
    ]


def _headline(title: str, row: Row, name: str, unit_of_it: object, language: Language) -> Headline:
    found = cell(name, row.get(name), language)
    missing = row.get(name) is None
    below = language.say("none.meaning") if missing else ""
    if name == "value" and row.get("lower") is not None:
        edges = {edge: language.number(str(row[edge])) for edge in ("lower", "upper")}
        covers = language.covers(str(row["interval_covers"]))
        below = language.say("figure.interval", covers=covers, **edges)
    return Headline(
        label=title,
        cell=found,
        unit="" if missing else unit(str(unit_of_it)),
        below=below,
    )


def _lineage(document: Document) -> str:
    figures = cast("list[Row]", document["figures"])
    return next((str(row["lineage"]) for row in figures), "")
