"""A reading store in memory: for tests, and where nothing needs to outlive the process."""

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from ingest.contract.identity import DeviceId
from ingest.contract.metric import DeviceClass
from ingest.contract.period import Period
from ingest.storage.block import Block, Reading, empty
from ingest.storage.columns import Chosen, by_class, latest_in, merged, taken, trimmed


class MemoryStore:
    """Keeps what was written in pieces, and merges them when somebody reads."""

    def __init__(self) -> None:
        self._pieces: dict[DeviceClass, list[Block]] = {}

    def write(self, blocks: Sequence[Block]) -> None:
        """Keep the readings of all blocks."""
        for block in by_class(blocks):
            self._pieces.setdefault(block.device_class, []).append(block)

    def read(
        self,
        device_class: DeviceClass,
        devices: Collection[DeviceId],
        period: Period,
        metrics: Collection[str] | None = None,
    ) -> Block:
        """Return what the devices measured in the half-open period."""
        block = self._whole(device_class)
        names = block.flags.keys() if metrics is None else block.flags.keys() & set(metrics)
        asked = replace(
            block,
            values={name: block.values[name] for name in sorted(names)},
            flags={name: block.flags[name] for name in sorted(names)},
        )
        within = (block.measured_at >= period.start) & (block.measured_at < period.end)
        return trimmed(taken(asked, within & self._of(block, devices)))

    def latest(self, device_class: DeviceClass, devices: Collection[DeviceId]) -> Sequence[Reading]:
        """Return each device's last reading of every metric it ever gave."""
        block = self._whole(device_class)
        return latest_in(taken(block, self._of(block, devices)))

    def close(self) -> None:
        """Forget everything."""
        self._pieces.clear()

    def _whole(self, device_class: DeviceClass) -> Block:
        pieces = self._pieces.get(device_class)
        if not pieces:
            return empty(device_class)
        if len(pieces) > 1:
            pieces[:] = [merged(pieces)]
        return pieces[0]

    @staticmethod
    def _of(block: Block, devices: Collection[DeviceId]) -> Chosen:
        wanted = set(devices)
        return np.array([name in wanted for name in block.names], np.bool_)[block.devices]
