"""What a re-run found that is not as it was published, each thing by its name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, cast

import pandas as pd

from analytics.closing.difference import differences
from analytics.deviceday import ENERGY, DeviceDay
from analytics.hours import COLUMNS
from analytics.quoting import Document
from api.closing.closing import content_differences
from api.closing.pages import Rows, by_key, fact_row
from api.closing.rerun import Outcome, Part
from ingest.contract.metric import DeviceClass
from ingest.contract.period import instant, rfc3339

_MWH_A_T: Final = Decimal(1_000_000_000)  # mWh in a MWh; a factor is t/MWh
_KWH: Final = Decimal(1_000)  # kWh in a MWh
_WATT_SECONDS: Final = Decimal(3_600_000_000)  # in a MWh
_KEY: Final = ["device", "hour", "metric"]


class Kind(StrEnum):
    """What is not as it was."""

    DOCUMENT = "document"
    FIGURE = "figure"
    DEVICE_DAY = "device_day"
    FACT = "fact"
    READING = "reading"
    ARCHIVE = "archive"
    REGISTRY = "registry"
    FACTOR = "factor"
    PAGE = "page"
    JOURNAL = "journal"
    DIGEST = "digest"
    BUNDLE = "bundle"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that is not as it was published."""

    kind: Kind
    what: str
    expected: Any = None
    found: Any = None
    device: str | None = None
    day: str | None = None
    hour: str | None = None  # start, RFC 3339
    tonnes: str | None = None  # what it moves; None where that cannot be said

    def shown(self) -> dict[str, Any]:
        """Return it as JSON, without what it does not say."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def line(self) -> str:
        """Return it as one line for a person."""
        where = " ".join(part for part in (self.device, self.day, self.hour) if part)
        moved = "" if self.tonnes is None else f"  ({self.tonnes} t)"
        return f"{self.kind}  {where}  {self.what}: {self.expected} -> {self.found}{moved}"


Factors = Mapping[str, Decimal]
"""By device class, what a MWh avoids. [t/MWh]"""


def factors_of(content: Document) -> Factors:
    """Return the factors that a document's figures name."""
    figures = cast("list[dict[str, Any]]", content["figures"])
    return {
        figure["device_class"]: Decimal(figure["factors"][0]["value"])
        for figure in figures
        if figure["id"] == "emissions_avoided" and len(figure.get("factors") or ()) == 1
    }


def in_content(expected: Document, found: Document) -> Iterator[Found]:
    """Yield what differs between the published content and that of a re-run."""
    for each in content_differences(expected, found):
        yield Found(
            kind=Kind.FACTOR if ".factors" in each.path else Kind.FIGURE,
            what=each.path,
            expected=each.before,
            found=each.after,
            tonnes=_moved(expected, found, each.path),
        )


def in_facts(
    expected: Rows, found: Iterable[DeviceDay], factors: Factors, kind: Kind
) -> Iterator[Found]:
    """Yield the device-days that differ, with the tonnes that their energy makes of it."""
    then = by_key(expected, "device", "day")
    now = by_key([fact_row(fact) for fact in found], "device", "day")
    for key in sorted(then.keys() | now.keys()):
        one, other = then.get(key, {}), now.get(key, {})
        changed = {each.path: each for each in differences(one, other)}
        if changed:
            moved = (other.get("energy_mwh") or 0) - (one.get("energy_mwh") or 0)
            device_class = (other or one)["device_class"]
            factor = factors.get(device_class)
            yield Found(
                kind=kind,
                what=", ".join(sorted(changed)),
                expected={name: each.before for name, each in changed.items()},
                found={name: each.after for name, each in changed.items()},
                device=key[0],
                day=key[1],
                tonnes=None if factor is None else _text(Decimal(moved) / _MWH_A_T * factor),
            )


def in_hours(
    part: Part, expected: pd.DataFrame, outcome: Outcome, factors: Factors
) -> Iterator[Found]:
    """Yield the hours of devices in which readings are not what they were."""
    ours = set(part.names)
    then = expected[expected["device"].isin(ours)].set_index(_KEY).sort_index()
    now = outcome.hours[part.key]
    now = now[now["device"].isin(ours)].set_index(_KEY).sort_index()
    both = then.add_suffix("_then").join(now.add_suffix("_now"), how="outer")
    for name in COLUMNS:
        if name not in _KEY:
            before, after = both[f"{name}_then"], both[f"{name}_now"]
            both[name] = (before != after) & ~(before.isna() & after.isna())
    names = [name for name in COLUMNS if name not in _KEY]
    changed = both[both[names].any(axis=1)]
    for (device, hour), rows in changed.groupby(level=["device", "hour"]):
        factor = factors.get(part.device_class)
        metrics = sorted(set(rows.index.get_level_values("metric")))
        yield Found(
            kind=Kind.READING,
            what=", ".join(metrics),
            expected=_told(rows, "_then", names),
            found=_told(rows, "_now", names),
            device=str(device),
            hour=rfc3339(instant(int(cast("int", hour)))),
            tonnes=None if factor is None else _text(_mwh(rows, part.device_class) * factor),
        )


def in_rows(expected: Rows, found: Rows, kind: Kind, *key: str) -> Iterator[Found]:
    """Yield the rows that differ, by their key."""
    then, now = by_key(expected, *key), by_key(found, *key)
    for name in sorted(then.keys() | now.keys()):
        for each in differences(then.get(name), now.get(name)):
            yield Found(
                kind=kind,
                what=" ".join((*name, each.path)).strip(),
                expected=each.before,
                found=each.after,
            )


def in_tables(expected: Rows, found: Rows) -> Iterator[Found]:
    """Yield the lines of tables of factors that differ."""
    then = {row["file"]: row["text"].splitlines() for row in expected}
    now = {row["file"]: row["text"].splitlines() for row in found}
    for name in sorted(then.keys() | now.keys()):
        before, after = then.get(name, []), now.get(name, [])
        gone = [line for line in before if line not in set(after)]
        fresh = [line for line in after if line not in set(before)]
        if before != after:
            yield Found(kind=Kind.FACTOR, what=name, expected=gone, found=fresh)


def _told(rows: pd.DataFrame, end: str, names: list[str]) -> dict[str, dict[str, float | None]]:
    """Return the values that differ, by metric and column; None where there are none."""
    told: dict[str, dict[str, float | None]] = {}
    for metric, row in zip(
        rows.index.get_level_values("metric"), rows.to_dict("records"), strict=True
    ):
        changed = {name: row[name + end] for name in names if row[name]}
        told[str(metric)] = {
            name: None if pd.isna(value) else float(value) for name, value in changed.items()
        }
    return told


def _mwh(rows: pd.DataFrame, device_class: DeviceClass) -> Decimal:
    """Return what the change adds to an hour's energy. [MWh]"""
    metrics = ENERGY.get(device_class)
    if metrics is None:
        return Decimal(0)
    column, metric, per = (
        ("increase", metrics.counter, _KWH)
        if metrics.counter in rows.index.get_level_values("metric")
        else ("integral", metrics.power, _WATT_SECONDS)
    )
    own = rows[rows.index.get_level_values("metric") == metric]
    moved = own[f"{column}_now"].fillna(0) - own[f"{column}_then"].fillna(0)
    return Decimal(repr(float(moved.sum()))) / per


def _moved(expected: Document, found: Document, path: str) -> str | None:
    """Return by how many tonnes the figure that a path lies in moves."""
    then, now = _avoided(expected), _avoided(found)
    name = path.removeprefix("figures.").partition(".")[0]
    if name not in then or name not in now:
        return None
    return _text(now[name] - then[name])


def _avoided(content: Document) -> dict[str, Decimal]:
    figures = cast("list[dict[str, Any]]", content["figures"])
    return {
        f"{each['id']}/{each['device_class']}": Decimal(each["value"])
        for each in figures
        if each["id"] == "emissions_avoided" and each["value"] is not None
    }


def _text(tonnes: Decimal) -> str:
    return f"{tonnes.quantize(Decimal('0.000001')):f}"
