"""The page of the account: what became of every record, by gateway and day, and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from dashboards.board.strips import strips
from dashboards.board.views import AccountView, GatewayAccount, RoomView
from ingest.contract.identity import GatewayId
from ingest.disk import Room
from ingest.ledger import BootAccount, Line, Missing, total
from ingest.registry.registry import Registry

_DAYS_SHOWN: Final = 14
_GATEWAYS_SHOWN: Final = 60  # no more than can be looked at
_RANGES_SHOWN: Final = 50
_GIB: Final = 2**30

Lines = Mapping[tuple[GatewayId, date], Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the page is made of, as of one moment."""

    lines: Lines
    boots: Sequence[BootAccount]
    missing: Sequence[Missing]


def account_view(registry: Registry, account: Account, room: Room | None) -> AccountView:
    """Return the page; gateways with something missing or not settled come first."""
    days = _days_shown(account.lines)
    gateways = sorted({gateway for gateway, _ in account.lines})
    shown = sorted((_gateway(each, account, days) for each in gateways), key=_worst_first)
    known = [registry.gateway(each) for each in gateways]
    return AccountView(
        total=total(account.lines),
        balanced=all(line.balanced for line in account.lines.values()),
        missing=tuple(account.missing[:_RANGES_SHOWN]),
        missing_more=max(len(account.missing) - _RANGES_SHOWN, 0),
        gateways=tuple(shown[:_GATEWAYS_SHOWN]),
        gateways_all=len(shown),
        room=None if room is None else _room(room),
        provenances=tuple(dict.fromkeys(each.provenance for each in known if each is not None)),
    )


def _days_shown(lines: Lines) -> tuple[date, ...]:
    """Return the days from the first with records, at most two weeks, up to the last."""
    if not lines:
        return ()
    last = max(day for _, day in lines)
    first = max(min(day for _, day in lines), last - timedelta(days=_DAYS_SHOWN - 1))
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def _gateway(gateway: GatewayId, account: Account, days: Sequence[date]) -> GatewayAccount:
    lines = {day: line for (name, day), line in account.lines.items() if name == gateway}
    return GatewayAccount(
        gateway=gateway,
        total=sum(lines.values(), start=Line()),
        balanced=all(line.balanced for line in lines.values()),
        strips=strips((each for each in account.boots if each.gateway == gateway), lines, days),
    )


def _worst_first(one: GatewayAccount) -> tuple[int, bool, int, int, str]:
    line = one.total
    return (-line.missing, one.balanced, -line.quarantined, -line.pending, one.gateway)


def _room(room: Room) -> RoomView:
    return RoomView(
        free_gib=f"{room.free / _GIB:.1f}",
        floor_gib=f"{room.floor / _GIB:.1f}",
        days_left=None if room.days_left is None else f"{room.days_left:.0f}",
        low=room.low,
        soon_full=room.soon_full,
    )
