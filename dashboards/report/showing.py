"""Rows of a document as its sections show them: flat, and short enough for a page.

A document nests; a page does not. What is too long for a row stands in an annex of its own.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, cast

from dashboards.report.tables import Row, flattened

Document = Mapping[str, object]

_GRID_FACTOR: Final = re.compile(r"(\w\w) \w+ (\S+) t/MWh \((.+)\)")
_MARKED: Final = "verify"  # in an evidence that is not to be published as it is
_ALL: Final = "all"


def _to_verify(row: Row) -> object:
    """Return an evidence that says more than that there is a source."""
    evidence = row.get("evidence")
    return evidence if _MARKED in str(evidence) else None


def _rows(document: Document, name: str) -> list[Row]:
    return cast("list[Row]", document[name])


def _list(row: Row, name: str) -> list[Row]:
    return cast("list[Row]", row.get(name) or [])


def as_it_is(name: str) -> Callable[[Document], Iterable[Row]]:
    """Return what gives the rows of a part as they are."""
    return lambda document: _rows(document, name)


def _distinct(found: Iterable[Row]) -> list[Row]:
    return list({tuple(map(str, row.values())): row for row in found}.values())


def claims(document: Document) -> Iterator[Row]:
    """Return the claims and targets, each beside what was computed."""
    for row in _rows(document, "claims"):
        claimed = cast("Row", row.get("claimed") or {})
        per = f"{claimed.get('unit')}/{claimed.get('per')}" if claimed else None
        yield {
            **row,
            "claim": row.get("kind"),
            "claimed_value": claimed.get("value"),
            "claimed_unit": per,
        }


def emissions(document: Document) -> Iterator[Row]:
    """Return the figures of emissions avoided alone."""
    return (row for row in _rows(document, "figures") if row["id"] == "emissions_avoided")


def air(document: Document) -> Iterator[Row]:
    """Return a row a station and pollutant, with its national limit."""
    for station in _rows(document, "air"):
        for each in _list(station, "pollutants"):
            limits = [limit for limit in _list(each, "limits") if limit["national"]]
            national = limits[0] if limits else {}
            yield {
                **station,
                **each,
                "released": "yes" if station.get("released") else "no",
                "limit": national.get("value"),
                "days_above": national.get("days_above"),
            }


def air_index(document: Document) -> Iterator[Row]:
    """Return the index of each station that has one."""
    for station in _rows(document, "air"):
        index = cast("Row", station.get("index") or {})
        if index.get("days"):
            by_category = cast("Mapping[str, int]", index["days_by_category"])
            yield {**station, **index, "days_by_category": [*by_category.items()]}


def air_limits(document: Document) -> list[Row]:
    """Return every limit once, with the most days that any station was above it."""
    found: dict[tuple[str, ...], dict[str, object]] = {}
    for station in _rows(document, "air"):
        for each in _list(station, "pollutants"):
            for limit in _list(each, "limits"):
                row = {"pollutant": each["pollutant"], **limit}
                row |= {"to_verify": _to_verify(row)}
                about = {key: value for key, value in row.items() if key != "days_above"}
                known = found.setdefault(tuple(map(str, about.values())), row)
                known["days_above"] = max(_whole(known["days_above"]), _whole(row["days_above"]))
    return [*found.values()]


def _whole(value: object) -> int:
    return int(str(value or 0))


def by_lot(document: Document) -> Iterator[Row]:
    """Return what each lot achieved by itself, where that was asked for."""
    for row in _rows(document, "delivery"):
        if avoided := cast("Row", row.get("emissions_avoided") or {}):
            yield {**row, **avoided, **cast("Row", row["availability"])}


def sensitivity(document: Document) -> Iterator[Row]:
    """Return the total at other factors, with the factors of each country."""
    for row in _rows(document, "sensitivity"):
        grids = [match for each in _list(row, "factors") if (match := _grid(str(each)))]
        by_country: dict[str, list[str]] = {}
        for country, value, _ in grids:
            by_country.setdefault(country, []).append(value)
        yield {
            **row,
            "factor": row["id"],
            "factors": [f"{name} {', '.join(values)}" for name, values in by_country.items()],
            "source": [*dict.fromkeys(source for *_, source in grids)] or row.get("reason"),
        }


def _grid(text: str) -> tuple[str, str, str] | None:
    match = _GRID_FACTOR.fullmatch(text)
    return (match[1], match[2], match[3]) if match else None


def memo(document: Document) -> Iterator[Row]:
    """Return the equivalents, and what the equipment itself cost."""
    for row in _rows(document, "memo"):
        edges = {"lower": row.get("low"), "upper": row.get("high")}
        about = {"memo": row.get("id"), "note": row.get("label"), "to_verify": _to_verify(row)}
        yield {**row, **edges, **about}


def methods(document: Document) -> Iterator[Row]:
    """Return each method once, with the device classes it is for."""
    found: dict[tuple[object, object], dict[str, object]] = {}
    for row in map(flattened, _rows(document, "figures")):
        if row["device_class"] == _ALL:
            continue
        names = {key: row.get(key) for key in ("method_id", "method_version", "method_evidence")}
        known = found.setdefault((row["method_id"], row["method_version"]), {**names, "for": []})
        classes = cast("list[object]", known["for"])
        if row["device_class"] not in classes:
            classes.append(row["device_class"])
    for row in found.values():
        yield {**row, "device_class": row["for"], "to_verify": row["method_evidence"]}


def factors(document: Document) -> list[Row]:
    """Return each factor once."""
    rows = (each for row in _rows(document, "figures") for each in _list(row, "factors"))
    return _distinct({**each, "to_verify": _to_verify(each)} for each in rows)


def reasons(document: Document) -> list[Row]:
    """Return each reason and each assumed input once, with the device classes it is told of."""
    found: dict[tuple[str, str], dict[str, object]] = {}
    for row in _rows(document, "figures"):
        if row["device_class"] == _ALL:
            continue
        for kind in ("reasons", "assumed_inputs"):
            for text in cast("list[str]", row.get(kind) or []):
                known = found.setdefault((kind, text), {"kind": kind, "why": text, "for": []})
                classes = cast("list[object]", known["for"])
                if row["device_class"] not in classes:
                    classes.append(row["device_class"])
    told = sorted(found.values(), key=lambda row: str(row["kind"]), reverse=True)
    return [{**row, "device_class": row["for"]} for row in told]


def claim_sources(document: Document) -> Iterator[Row]:
    """Return where claims come from, and why a figure may differ."""
    for row in _rows(document, "claims"):
        told = {"about": row.get("scope"), "differs": row.get("reasons")}
        yield {**row, **told, "claim": row.get("kind")}


def repairs(document: Document) -> Iterator[Row]:
    """Return the repairs by the days they were opened and closed on, by UTC."""
    for row in _rows(document, "repairs"):
        days = {name: str(row.get(name) or "")[:10] for name in ("opened", "closed")}
        helped = {True: "yes", False: "no"}.get(bool(row.get("helped")))
        yield {**row, **days, "helped": None if row.get("helped") is None else helped}


def revisions(document: Document) -> Iterator[Row]:
    """Return the revisions, with who signed."""
    for row in _rows(document, "revisions"):
        cause = cast("Row", row.get("cause") or {})
        steps = _list(row, "steps")
        yield {
            **row,
            "state": row.get("status"),
            "why": cause.get("text"),
            "differences": cause.get("difference_count"),
            "signed_by": [(each["state"], each["by"]) for each in steps if each.get("role")],
            "digest": str(row.get("sha256") or "")[:16],
        }
