"""The record: what one device said at one instant, and the unit of every account.

An event is a record too: a reading of a state metric, such as `reachable` falling to 0. So it is
numbered, carried and settled like every other, and cannot vanish.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.contract.identity import DeviceId
from ingest.contract.quality import Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One device's values at one instant, each in its metric's unit; None where it gave no value.

    Quality is named only where it is not good. A record says at least one thing.
    """

    device: DeviceId
    measured_at: int  # microseconds since the epoch, UTC
    values: Mapping[str, float | None]
    quality: Mapping[str, Quality] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError(f"a record of {self.device} says nothing")
