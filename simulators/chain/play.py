"""What devices are to say, step by step: a world as it is lived, or what somebody recorded."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from ingest.contract.identity import DeviceId
from simulators.causes import Cause

Values = Mapping[str, float | None]  # by metric of the catalog


class Play(Protocol):
    """What one site's devices say. Steps are equally long, and aligned to the epoch."""

    @property
    def step(self) -> timedelta:
        """The time between two steps, at which the site's gateway polls."""
        ...

    @property
    def causes(self) -> Sequence[Cause]:
        """What was put into it, with a label."""
        ...

    def instant(self, step: int) -> int:
        """Return when a step is. [microseconds since the epoch, UTC]"""
        ...

    def at(self, step: int) -> Mapping[DeviceId, Values]:
        """Return what every device measures at a step, the silent ones included."""
        ...

    def silent(self, step: int) -> frozenset[DeviceId]:
        """Return the devices that do not answer at a step."""
        ...
