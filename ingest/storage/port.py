"""The reading store's port. It is columnar and does no arithmetic."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Protocol

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.storage.block import Block, Reading


class StoreError(Exception):
    """The store did not do what was asked."""


class StoreUnavailableError(StoreError):
    """The store did not answer. Trying again later may work, after a while where it said so."""

    def __init__(self, reason: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class ReadingsRejectedError(StoreError):
    """The store refused the readings. Trying again will not help."""

    def __init__(self, reason: str, *, refused: Block) -> None:
        super().__init__(f"{len(refused)} records refused: {reason}")
        self.refused = refused


class ReadingStore(Protocol):
    """Keeps readings by (device, metric, measured_at). The same reading twice is kept once.

    The last one written wins, value and flag together, also within one write. Calls block; they
    may come from any thread.
    """

    def write(self, blocks: Sequence[Block]) -> None:
        """Keep the readings of all blocks, durably, before returning."""
        ...

    def read(
        self,
        device_class: DeviceClass,
        devices: Collection[DeviceId],
        period: Period,
        metrics: Collection[str] | None = None,
    ) -> Block:
        """Return what the devices measured in the half-open period, ordered by device and instant.

        The block's names are sorted, and each (device, measured_at) is there once. Only the
        metrics asked for, all where None; a row of which nothing is left is not returned.
        """
        ...

    def latest(self, device_class: DeviceClass, devices: Collection[DeviceId]) -> Sequence[Reading]:
        """Return each device's last reading of every metric it ever gave, ordered by both names."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
