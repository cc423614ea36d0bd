"""The acknowledgement: which records are settled, for every boot a gateway still holds.

What is settled is the complete state and only ever grows, so it may be lost and may repeat. Why
records were quarantined is told for people, and not without end: of the newest 50 reasons the
newest 50 ranges each, so that a message stays within its limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ingest.contract import fields
from ingest.contract.chunk import Defect
from ingest.contract.identity import BootId
from ingest.contract.period import rfc3339
from ingest.contract.ranges import Ranges


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """Settled ranges by boot; the newest quarantined among them with the reason."""

    sent_at: datetime
    settled: Mapping[BootId, Ranges]
    quarantined: Mapping[BootId, tuple[Defect, ...]] = field(default_factory=dict)


def form_ack(ack: Ack) -> dict[str, object]:
    """Return the mapping that travels."""
    return {
        "sent_at": rfc3339(ack.sent_at),
        "settled": {boot: ranges.to_lists() for boot, ranges in ack.settled.items()},
        "quarantined": {
            boot: [
                {"numbers": defect.numbers.to_lists(), "reason": fields.as_text(defect.reason)}
                for defect in defects
            ]
            for boot, defects in ack.quarantined.items()
        },
    }


def parse_ack(message: object) -> Ack:
    """Read a decoded mapping, or raise MalformedError."""
    body = fields.mapping(message, "ack")
    settled = fields.mapping(body.get("settled"), "settled")
    quarantined = fields.mapping(body.get("quarantined", {}), "quarantined")
    return Ack(
        sent_at=fields.moment(body.get("sent_at"), "sent_at"),
        settled={
            BootId(fields.name(boot, "settled")): fields.ranges(ranges, f"settled.{boot}")
            for boot, ranges in settled.items()
        },
        quarantined={
            BootId(fields.name(boot, "quarantined")): tuple(
                _parse_defect(defect, f"quarantined.{boot}")
                for defect in fields.sequence(defects, f"quarantined.{boot}")
            )
            for boot, defects in quarantined.items()
        },
    )


def _parse_defect(value: object, where: str) -> Defect:
    body = fields.mapping(value, where)
    return Defect(
        numbers=fields.ranges(body.get("numbers"), f"{where}.numbers"),
        reason=fields.text(body.get("reason"), f"{where}.reason"),
    )
