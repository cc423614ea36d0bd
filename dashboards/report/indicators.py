"""A report's figures as tables that other systems take in: indicators, and rows for the UNFCCC.

Indicators: a row each, with names in English and Chinese, for a big-data platform. The rows for a
Biennial Transparency Report follow decision 5/CMA.3: annex II, table 5 (what was achieved), and
annex III, on technology support received; their columns are recalled, verify before submitting.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from io import StringIO
from typing import Any, Final, cast

from dashboards.report.encoding import digest
from dashboards.report.guarding import guarded_text
from dashboards.report.language import Language
from dashboards.report.showing import Document, emissions
from dashboards.report.tables import Row

INDICATORS: Final = (
    *("code", "name_en", "name_zh", "country", "period", "value", "unit", "method", "source"),
    *("provenance", "revision", "status", "sha256"),
)
ACHIEVED: Final = (
    *("name", "description", "objectives", "type_of_instrument", "status", "sectors", "gases"),
    *("start_year", "implementing_entities", "achieved_kt_co2_eq", "expected_kt_co2_eq", "period"),
    *("provenance", "source"),
)
SUPPORT: Final = (
    *("title", "description", "type_of_technology", "time_frame", "recipient", "implementing"),
    *("type_of_support", "sector", "status", "use_impact_results", "provenance", "source"),
)
_NUMBERS: Final = frozenset(
    {"value", "achieved_kt_co2_eq", "expected_kt_co2_eq", "start_year", "revision"}
)
_KT: Final = Decimal(1_000)  # t
_TRANSPORT: Final = frozenset({"e_motorbike", "bus", "truck", "car"})


def indicators(document: Document) -> bytes:
    """Return a row for each figure and each share proven, as CSV; what is missing is empty."""
    return _csv(INDICATORS, _indicators(document))


def achieved(document: Document) -> bytes:
    """Return a row for each device class that emissions were avoided by, as CSV."""
    return _csv(ACHIEVED, _achieved(document))


def support_received(document: Document) -> bytes:
    """Return a row for each lot that was delivered, as CSV."""
    return _csv(SUPPORT, _support(document))


def _indicators(document: Document) -> Iterator[Mapping[str, object]]:
    english, chinese = Language("en"), Language("zh")
    period = cast("Row", document["period"])
    about = {
        "country": document["country"],
        "period": period["label"],
        "provenance": document["provenance"],
        "revision": document["revision"],
        "sha256": digest(document),
    }
    for row in _list(document["figures"]):
        yield about | {
            "code": f"zw.{row['id']}.{row['device_class']}",
            "name_en": _name(english, str(row["id"]), str(row["device_class"])),
            "name_zh": _name(chinese, str(row["id"]), str(row["device_class"])),
            "value": row["value"],
            "unit": row["unit"],
            "method": _method(row),
            "source": _sources(row),
            "status": row["status"],
        }
    for row in _list(document["availability"]):
        yield about | {
            "code": f"zw.proven_percent.{row['device_class']}",
            "name_en": f"{english.say('report.column.proven_percent')}, {_class(english, row)}",
            "name_zh": f"{chinese.say('report.column.proven_percent')}, {_class(chinese, row)}",
            "value": row["proven_percent"],
            "unit": "%",
        }


def _achieved(document: Document) -> Iterator[Mapping[str, object]]:
    english = Language("en")
    delivery = _list(document["delivery"])
    for row in emissions(document):
        device_class = str(row["device_class"])
        if device_class == "all":
            continue
        own = (lot for lot in delivery if lot["device_class"] == device_class)
        lots = [lot for lot in own if lot["handed_over"]]
        coverage = cast("Row", row["coverage"])
        yield {
            "name": f"Donated equipment: {_class(english, row)}",
            "description": f"{coverage['handed_over']} pieces handed over; {_method(row)}",
            "objectives": row.get("statement"),
            "type_of_instrument": "Other: donated equipment",
            "status": "Implemented" if lots else "Planned",
            "sectors": "Transport" if device_class in _TRANSPORT else "Energy",
            "gases": ", ".join(dict.fromkeys(str(each["gas"]) for each in _list(row["factors"]))),
            "start_year": min(
                (str(d)[:4] for lot in lots if (d := lot["handed_over"])), default=""
            ),
            "achieved_kt_co2_eq": _kt(row["value"]),
            "period": cast("Row", document["period"])["label"],
            "provenance": document["provenance"],
            "source": row["lineage"],
        }


def _support(document: Document) -> Iterator[Mapping[str, object]]:
    english = Language("en")
    for lot in _list(document["delivery"]):
        dates = [str(lot[name]) for name in ("signed", "installed") if lot[name]]
        yield {
            "title": f"{lot['aid_batch']}: {lot['lot']}",
            "description": f"{lot['quantity']} pieces, {_class(english, lot)}",
            "type_of_technology": _class(english, lot),
            "time_frame": " to ".join(dates),
            "recipient": lot["zone"],
            "implementing": lot.get("supplier"),
            "type_of_support": "Mitigation",
            "sector": "Transport" if lot["device_class"] in _TRANSPORT else "Energy",
            "status": "Completed" if lot["handed_over"] else "Ongoing",
            "use_impact_results": f"online {lot['online']}, proven {lot['proven']} on {lot['on']}",
            "provenance": document["provenance"],
            "source": lot["lot"],
        }


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    out = StringIO()
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(name, row.get(name)) for name in columns})
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(name: str, value: object) -> str:
    text = "" if value is None else str(value)
    return text if name in _NUMBERS else guarded_text(text)


def _kt(tonnes: object) -> str | None:
    return None if tonnes is None else f"{Decimal(str(tonnes)) / _KT:f}"


def _name(language: Language, figure: str, device_class: str) -> str:
    named = language.say(f"report.figure.{figure}")
    return f"{named}, {_class(language, {'device_class': device_class})}"


def _class(language: Language, row: Row) -> str:
    name = str(row["device_class"])
    return language.say("report.all" if name == "all" else f"class.{name}")


def _method(row: Row) -> str:
    method = cast("Row", row["method"])
    return f"{method['id']} {method['version']}"


def _sources(row: Row) -> str:
    sources = (f"{each['source']} {each['version']}" for each in _list(row["factors"]))
    return "; ".join(dict.fromkeys(sources))


def _list(value: object) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", value)
