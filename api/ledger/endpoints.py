"""The account of records."""

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel

from api.sources import Given
from ingest.catalog import snapshot
from ingest.ledger import Line, lines, total

router = APIRouter(tags=["ledger"])


class LineShown(BaseModel):
    """One line, in records.

    assigned = stored + repeated + quarantined + thinned + pending + missing.
    Redelivered and unnumbered records, and readings, stand beside the equation.
    """

    gateway: str | None
    day: date | None
    assigned: int
    stored: int
    repeated: int
    quarantined: int
    thinned: int
    pending: int
    missing: int
    redelivered: int
    readings: int
    unnumbered: int
    balanced: bool

    @classmethod
    def of(cls, line: Line, gateway: str | None = None, day: date | None = None) -> "LineShown":
        """Return a line as it is shown."""
        numbers = {name: getattr(line, name) for name in Line.__slots__}
        return cls(gateway=gateway, day=day, balanced=line.balanced, **numbers)


class LedgerShown(BaseModel):
    """The account per gateway and UTC day of entry into the outbox, and its total."""

    lines: list[LineShown]
    total: LineShown
    balanced: bool


@router.get("/ledger")
def ledger(sources: Given, gateway: str | None = None, day: date | None = None) -> LedgerShown:
    """Return the account of one gateway and day, or of all."""
    with snapshot(sources.catalog) as connection:
        found = lines(connection, gateway=gateway, day=day)
    account = {key: line for key, line in found.items() if sources.sees(key[0])}
    return LedgerShown(
        lines=[LineShown.of(line, name, entered) for (name, entered), line in account.items()],
        total=LineShown.of(total(account), gateway, day),
        balanced=all(line.balanced for line in account.values()),
    )
