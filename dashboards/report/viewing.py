"""From the report document to what a report shows, headline first."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from dashboards.report.encoding import digest
from dashboards.report.language import Language
from dashboards.report.tables import Row, cell, flattened, table, unit
from dashboards.report.view import Headline, Section, View

Document = Mapping[str, object]

_RESULTS: Final = (
    *("id", "device_class", "value", "unit", "lower", "upper"),
    *("energy_measured", "energy_credited", "coverage_percent", "status"),
)
_BASIS: Final = (
    *("id", "device_class", "coverage_handed_over", "coverage_metered", "coverage_unmonitored"),
    *("method_id", "interval_covers", "assumed_inputs", "reasons"),
)
_FACTORS: Final = ("country", "role", "value", "unit", "gas", "source", "version", "year")
SECTIONS: Final = (  # in the order they are read
    *("claims", "figures", "availability", "air", "delivery", "repairs", "sensitivity", "memo"),
    *("methods", "factors", "basis", "revisions"),
)
_COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    "figures": _RESULTS,
    "basis": _BASIS,
    "factors": _FACTORS,
    "methods": ("method_id", "method_version"),
}


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
        sections=[_section(name, document, language) for name in SECTIONS],
        notes_title=say("report.section.notes"),
        notes=[language.phrase(str(each)) for each in cast("list[object]", document["notes"])],
        lineage_label=say("report.lineage"),
        lineage=_lineage(document),
        digest=digest(document),
        page=say("report.page"),
    )


def rows(document: Document, name: str) -> list[Row]:
    """Return the rows of a section of a document, as they are or as figures name them."""
    figures = cast("list[Row]", document["figures"])
    if name == "basis":
        return figures
    if name == "factors":
        return _distinct([each for row in figures for each in cast("list[Row]", row["factors"])])
    if name == "methods":
        wanted = _COLUMNS["methods"]
        single = [row for row in map(flattened, figures) if row["device_class"] != "all"]
        return _distinct([{key: row[key] for key in wanted} for row in single])
    return cast("list[Row]", document[name])


def _distinct(found: Sequence[Row]) -> list[Row]:
    return list({tuple(map(str, row.values())): row for row in found}.values())


def _section(name: str, document: Document, language: Language) -> Section:
    return Section(
        name=name,
        title=language.say(f"report.section.{name}"),
        table=table(rows(document, name), language, _COLUMNS.get(name)),
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
        covers = language.phrase(str(row["interval_covers"]))
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
