"""A report as one tidy table: a row a value, with CSV on the Web metadata that says what it is.

After W3C CSV on the Web, "Metadata Vocabulary for Tabular Data" (2015).
"""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Final, cast

from dashboards.report.encoding import digest, encode
from dashboards.report.guarding import guarded
from dashboards.report.language import Language
from dashboards.report.showing import Document
from dashboards.report.tables import Row, is_number, label

_SECTIONS: Final = (
    *("figures", "availability", "air", "delivery", "claims", "repairs"),
    *("sensitivity", "memo", "revisions"),
)
_KEYS: Final = ("id", "station", "device_class", "device", "lot", "zone", "name", "number")
_BESIDE: Final = frozenset(  # fields whose unit is the one that stands beside them
    {
        *("value", "lower", "upper", "mean", "highest", "computed", "claimed_in_period"),
        *("low", "high"),
    }
)
COLUMNS: Final[Mapping[str, str]] = {  # name: datatype
    "scope": "string",
    "country": "string",
    "period": "string",
    "provenance": "string",
    "revision": "integer",
    "status": "string",
    "section": "string",
    "row": "integer",
    "item": "string",
    "device_class": "string",
    "field": "string",
    "label": "string",
    "number": "decimal",
    "text": "string",
    "unit": "string",
}


def tidy(document: Document, language: Language) -> bytes:
    """Return the table as CSV (RFC 4180) in UTF-8, with a mark that spreadsheets look for.

    A number stands in `number`, any other value in `text`; both are empty where it is missing.
    A text that a spreadsheet would run as a formula begins with an apostrophe.
    """
    out = StringIO()
    writer = csv.DictWriter(out, list(COLUMNS), lineterminator="\r\n")
    writer.writeheader()
    for row in _rows(document, language):
        writer.writerow({name: guarded(name, text) for name, text in row.items()})
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def metadata(document: Document, language: Language, *, url: str) -> bytes:
    """Return the CSV on the Web metadata of the table at a URL."""
    say = language.say
    columns = [
        {
            "name": name,
            "titles": name,
            "datatype": datatype,
            "required": name in ("scope", "period", "section", "field"),
        }
        for name, datatype in COLUMNS.items()
    ]
    return encode(
        {
            "@context": ["http://www.w3.org/ns/csvw", {"@language": language.code}],
            "url": url,
            "dc:title": say("report.title"),
            "dc:language": language.code,
            "dc:identifier": f"sha256:{digest(document)}",
            "dialect": {"encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
            "notes": [language.phrase(str(each)) for each in cast("list[str]", document["notes"])],
            "tableSchema": {
                "columns": columns,
                "primaryKey": ["section", "row", "field"],
            },
        }
    )


def _rows(document: Document, language: Language) -> Iterator[dict[str, str]]:
    scope = cast("Mapping[str, str]", document["scope"])
    period = cast("Mapping[str, str]", document["period"])
    whole = {
        "scope": scope["kind"]
        if scope["kind"] == "programme"
        else f"{scope['kind']}:{scope['id']}",
        "country": str(document["country"] or ""),
        "period": period["label"],
        "provenance": str(document["provenance"]),
        "revision": str(document["revision"]),
        "status": str(document["status"]),
    }
    for section in _SECTIONS:
        for number, row in enumerate(cast("list[Row]", document[section]), start=1):
            flat = leaves(row)
            place = {
                "section": section,
                "row": str(number),
                "item": next((str(flat[key]) for key in _KEYS if flat.get(key)), ""),
                "device_class": str(flat.get("device_class") or ""),
            }
            for name, value in flat.items():
                if name == "unit" or name.endswith("_unit"):
                    continue
                yield whole | place | _value(name, value, flat, language)


def _value(name: str, value: object, row: Row, language: Language) -> dict[str, str]:
    number = value is not None and is_number(name, value)
    text = "" if value is None or number else _text(value)
    return {
        "field": name,
        "label": label(name, language),
        "number": str(value) if number else "",
        "text": text,
        "unit": _unit(name, row) if number else "",
    }


def _unit(name: str, row: Row) -> str:
    if name.endswith("percent"):
        return "%"
    begin = next((name.removesuffix(each) for each in _BESIDE if _is_last(each, name)), None)
    beside = f"{name.rpartition('_')[0]}_unit" if begin is None else f"{begin}unit"
    return str(row.get(beside) or "1")


def _is_last(part: str, name: str) -> bool:
    return name == part or name.endswith(f"_{part}")


def leaves(row: Row, prefix: str = "") -> dict[str, object]:
    """Return every value of a row as a field of its own: pollutants_1_limits_2_value."""
    flat: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= leaves(cast("Row", value), f"{prefix}{name}_")
        elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
            for number, each in enumerate(cast("list[Row]", value), start=1):
                flat |= leaves(each, f"{prefix}{name}_{number}_")
        else:
            flat[f"{prefix}{name}"] = value
    return flat


def _text(value: object) -> str:
    return (
        "; ".join(map(str, cast("list[object]", value))) if isinstance(value, list) else str(value)
    )
