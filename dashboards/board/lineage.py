"""The pages that walk from a figure to its messages, and back up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from analytics.figures import Unit, written
from dashboards.board.charts import Amount, BarPlot, bar_plot
from ingest.registry.model import Provenance

_MWH_A_KWH: Final = Decimal(1_000_000)
_MOST_BARS: Final = 62  # days that can be told apart


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """A product of a figure: quantity x factor x scale = kg, every digit of it."""

    name: str
    quantity: int
    unit: str
    factor: str
    factor_unit: str
    source: str
    scale: str
    kg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedRow:
    """A device-day of a figure; its energy counts where nothing says why not."""

    device: str
    day: date
    energy_mwh: int | None
    distance_m: int | None
    why_not: str | None
    lineage: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RestRow:
    """A published revision that rests on something."""

    scope: str
    period: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageView:
    """The page of a figure: what it was made of."""

    lineage: str
    scope: str
    period: str
    figure: str
    device_class: str
    value: str | None
    unit: str
    revision: int
    sha256: str | None
    software: str
    registry_change: int
    method: str
    method_version: str
    products: tuple[ProductRow, ...]
    parts: tuple[tuple[str, str], ...]  # zone, and where its part is shown
    days: tuple[JudgedRow, ...]  # no more than can be looked at
    days_all: int
    zone_days: int
    by_day: BarPlot | None
    watermark: tuple[str, ...]
    provenances: tuple[Provenance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRow:
    """A message that may have told of a device-day."""

    lineage: str
    place: str
    gateway: str | None
    boot: str | None
    numbers: str
    received_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceDayView:
    """The page of a device-day: down to its messages, up to the revisions that rest on it."""

    device: str
    day: date
    messages: tuple[MessageRow, ...]
    rests: tuple[RestRow, ...]
    provenances: tuple[Provenance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """The page of a message: up to the device-days and revisions it may have told of."""

    message: MessageRow
    days: tuple[str, ...]  # lineages
    rests: tuple[RestRow, ...]
    provenances: tuple[Provenance, ...] = ()


def credited_by_day(rows: Iterable[JudgedRow]) -> BarPlot | None:
    """Return the energy credited on each day, drawn; None where there are too many days."""
    mwh: dict[date, int] = {}
    for row in rows:
        counts = row.energy_mwh if row.why_not is None else 0
        mwh[row.day] = mwh.get(row.day, 0) + (counts or 0)
    if not 0 < len(mwh) <= _MOST_BARS:
        return None
    return bar_plot(_amounts(mwh), unit="kWh")


def _amounts(mwh: dict[date, int]) -> Sequence[Amount]:
    kwh = {day: Decimal(total) / _MWH_A_KWH for day, total in sorted(mwh.items())}
    return [
        Amount(day=day, value=float(each), text=written(each, Unit.KWH))
        for day, each in kwh.items()
    ]
