"""The pages of lots: which is worst, who supplied it, and how long its warranty lasts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from analytics.delivery import Delivered, delivered
from analytics.figures import Unit, written
from analytics.result import ZoneResult
from dashboards.board.programme import Heard
from dashboards.board.states import State
from dashboards.board.views import DeviceRow
from ingest.registry.model import Lot, Provenance, Zone
from ingest.registry.registry import Registry


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRow:
    """A lot, how far it has come, and whose warranty it is."""

    delivered: Delivered
    batch: str  # name of its aid batch
    proven_percent: str | None  # of its pieces
    warranty_days: int | None  # that are left; below 0 it is over


@dataclass(frozen=True, slots=True, kw_only=True)
class LotsView:
    """The page of every lot, the worst first."""

    rows: tuple[LotRow, ...]
    provenances: tuple[Provenance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LotView:
    """The page of one lot: what of it is in trouble."""

    row: LotRow
    zone: Zone
    devices: tuple[DeviceRow, ...]  # the broken ones first
    provenances: tuple[Provenance, ...]


def lots_view(registry: Registry, results: Sequence[ZoneResult], today: date) -> LotsView:
    """Return the page of all lots, those with the smallest share proven at work first."""
    found = delivered(registry.lots(), results)
    rows = [_row(registry, each, today) for each in found]
    return LotsView(
        rows=tuple(sorted(rows, key=_worst_first)),
        provenances=tuple(dict.fromkeys(each.provenance for each in results if each.devices)),
    )


def lot_view(
    registry: Registry, lot: Lot, result: ZoneResult, heard: Heard, today: date
) -> LotView:
    """Return the page of one lot and its devices."""
    own = [device for device in result.devices if device.lot == lot.id]
    conditions = heard.conditions(own)
    rows = [
        DeviceRow(
            device=each, state=conditions[each.id].state, heard_at=conditions[each.id].heard_at
        )
        for each in own
    ]
    worst_first = list(State)
    (told,) = delivered([lot], [result])
    return LotView(
        row=_row(registry, told, today),
        zone=result.zone,
        devices=tuple(sorted(rows, key=lambda r: (worst_first.index(r.state), r.device.id))),
        provenances=(result.provenance,) if result.devices else (),
    )


def _row(registry: Registry, told: Delivered, today: date) -> LotRow:
    lot = told.lot
    batch = next((each.name for each in registry.aid_batches() if each.id == lot.aid_batch), "")
    share = Decimal(100 * told.proven) / Decimal(lot.quantity)
    until = lot.warranty_until
    return LotRow(
        delivered=told,
        batch=batch,
        proven_percent=None if told.on is None else written(share, Unit.PERCENT),
        warranty_days=None if until is None else (until - today).days,
    )


def _worst_first(row: LotRow) -> tuple[bool, Decimal, str]:
    known = row.proven_percent is not None
    return not known, Decimal(row.proven_percent or 0), row.delivered.lot.id
