"""The account of records."""

from datetime import date

from fastapi import APIRouter
from pydantic import BaseModel

from api.sources import Given
from ingest.catalog import snapshot
from ingest.ledger import Line, Missing, lines, missing, total

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


class MissingShown(BaseModel):
    """Records that are lost: their gateway does not hold them any more, and they never arrived."""

    gateway: str
    boot: str
    day: date
    numbers: list[tuple[int, int]]


class LedgerShown(BaseModel):
    """The account per gateway and UTC day of entry into the outbox, and its total."""

    lines: list[LineShown]
    total: LineShown
    balanced: bool
    missing_ranges: list[MissingShown]


@router.get("/ledger")
def ledger(sources: Given, gateway: str | None = None, day: date | None = None) -> LedgerShown:
    """Return the account of one gateway and day, or of all."""
    with snapshot(sources.catalog) as connection:
        found = lines(connection, gateway=gateway, day=day)
        lost = missing(connection, gateway=gateway, day=day)
    account = {key: line for key, line in found.items() if sources.sees(key[0])}
    return LedgerShown(
        lines=[LineShown.of(line, name, entered) for (name, entered), line in account.items()],
        total=LineShown.of(total(account), gateway, day),
        balanced=all(line.balanced for line in account.values()),
        missing_ranges=[_missing(each) for each in lost if sources.sees(each.gateway)],
    )


def _missing(each: Missing) -> MissingShown:
    return MissingShown(
        gateway=each.gateway, boot=each.boot, day=each.day, numbers=list(each.numbers.pairs)
    )
