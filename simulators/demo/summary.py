"""What a demo prints: each zone's headline figures so far, and the account of records."""

from analytics.service.basis import so_far
from api.sources import Sources
from simulators.chain.summary import Document, account_lines, summary, zones_table


def demo_summary(sources: Sources, *, seconds: float, board: str | None) -> Document:
    """Return what the zones achieved until now, and where the board is."""
    with sources.catalog.connect() as connection:
        results = so_far(connection, sources.registry()).results
        return summary(connection, results, seconds=seconds, board=board)


def demo_table(document: Document, *, broker: str) -> str:
    """Write the document for a terminal, and where a demo that stays up can be reached."""
    board = document["board"]
    reached = [f"board:  {board}", f"broker: {broker}", "Ctrl-C stops it"] if board else []
    return "\n".join(
        [
            "",
            "SIMULATED: nothing below was measured on real equipment.",
            "",
            zones_table(document),
            "",
            account_lines(document),
            *reached,
        ]
    )
