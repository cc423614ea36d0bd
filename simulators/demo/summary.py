"""What a demo prints: each zone's headline figures, and the account of records."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

from analytics.service.basis import so_far
from analytics.summary import zone_summary
from api.sources import Sources
from ingest import ledger

Document = dict[str, Any]


def summary(sources: Sources, *, seconds: float, board: str | None) -> Document:
    """Return the document of interfaces section 2."""
    with sources.catalog.connect() as connection:
        results = so_far(connection, sources.registry()).results
        total = ledger.total(ledger.lines(connection))
    account = asdict(total)
    values = account.pop("readings")
    account.pop("redelivered")
    return {
        "zones": [zone_summary(result) for result in results],
        "ledger": account | {"unnumbered": 0, "balanced": total.balanced},
        "records": total.assigned,
        "values": values,
        "seconds": round(seconds, 1),
        "board": board,
    }


def table(document: Document) -> str:
    """Write the document for a terminal."""
    rows = [
        ("zone", "devices", "emissions avoided", "lamps proven in light", "coverage"),
        *(_row(cast("Document", zone)) for zone in document["zones"]),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    account = document["ledger"]
    numbers = ", ".join(f"{name} {n:,}" for name, n in account.items() if name != "balanced")
    verdict = "balances" if account["balanced"] else "DOES NOT BALANCE"
    return "\n".join(
        [
            "",
            "SIMULATED: nothing below was measured on real equipment.",
            "",
            *(_padded(row, widths) for row in rows),
            "",
            f"records: {numbers}",
            f"the account {verdict}; {document['values']:,} values in {document['seconds']:.0f} s",
            *([f"board: {document['board']}   (Ctrl-C stops)"] if document["board"] else []),
        ]
    )


def _padded(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip()


def _row(zone: Document) -> tuple[str, ...]:
    avoided = zone["emissions_avoided"]
    return (
        f"{zone['zone']} ({zone['country']})",
        str(zone["devices"]),
        f"{avoided['value']} {avoided['unit']}",
        f"{zone['proven_percent'] or '-'} %",
        f"{zone['coverage_percent'] or '-'} %",
    )
