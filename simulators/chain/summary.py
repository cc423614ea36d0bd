"""What a chain prints: each zone's headline figures, and the account of records."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, cast

import sqlalchemy as sa

from analytics.result import ZoneResult
from analytics.summary import zone_summary
from ingest import ledger

Document = dict[str, Any]


def summary(
    connection: sa.Connection,
    results: Iterable[ZoneResult],
    *,
    seconds: float,
    board: str | None,
) -> Document:
    """Return the document that `demo --json` prints."""
    total = ledger.total(ledger.lines(connection))
    account = asdict(total)
    values = account.pop("readings")
    account.pop("redelivered")
    return {
        "zones": [zone_summary(result) for result in results],
        "ledger": account | {"balanced": total.balanced},
        "records": total.assigned,
        "values": values,
        "seconds": round(seconds, 1),
        "board": board,
    }


def zones_table(document: Document) -> str:
    """Write the zones for a terminal."""
    rows = [_row(cast("Document", zone)) for zone in document["zones"]]
    head = ("zone", "devices", "emissions avoided", "lamps proven in light", "coverage")
    return columns([head, *rows])


def account_lines(document: Document) -> str:
    """Write the account of records for a terminal."""
    account = document["ledger"]
    numbers = ", ".join(f"{name} {n:,}" for name, n in account.items() if name != "balanced")
    verdict = "balances" if account["balanced"] else "DOES NOT BALANCE"
    return "\n".join(
        [
            f"records: {numbers}",
            f"the account {verdict}; {document['values']:,} values in {document['seconds']:.0f} s",
        ]
    )


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Write rows in columns as wide as their widest cells."""
    widths = [max(map(len, cells)) for cells in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _row(zone: Document) -> tuple[str, ...]:
    avoided = zone["emissions_avoided"]
    return (
        f"{zone['zone']} ({zone['country']})",
        str(zone["devices"]),
        f"{avoided['value'] or '-'} {avoided['unit']}",
        f"{zone['proven_percent'] or '-'} %",
        f"{zone['coverage_percent'] or '-'} %",
    )
